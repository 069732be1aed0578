import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { CliProcess, StoppedTurn } from "#runner/claude/cli-process.ts";
import { CicdError } from "#shared/error.ts";
import type { JournalEvent } from "#shared/journal.ts";
import { until } from "../until.ts";
import { never, startScripted } from "./start-scripted.ts";

/** Short beside `long`, what somebody is at work for in these tests; milliseconds. */
const silenceTimeout = 100;
const long = 600;
const idle = () => false;

/** Runs a turn; `asked` is the person who decides about tools. */
async function run(cli: CliProcess, text = "hello", asked?: () => Promise<void>) {
  const events: JournalEvent[] = [];
  const end = await cli.turn(
    { uuid: randomUUID(), text },
    {
      signal: never,
      onEvent: (event) => events.push(event),
      onPermission: async () => {
        await asked?.();
        return { behavior: "allow" };
      },
    },
  );
  const stops = events.flatMap((event) => (event.type === "turn.stopped" ? [event.data.step] : []));
  return { end, stops };
}

suite("CliProcess.turn, a process that says nothing", () => {
  test("and obeys an interrupt: stopped so, with what it cost, and the next turn is served", async () => {
    await using cli = await startScripted("silent-until-interrupt", {
      silenceTimeout,
      isModelAtWork: idle,
      patience: 10_000,
    });
    const { end, stops } = await run(cli);
    assertSilent(end);
    assert.equal(end.result?.total_cost_usd, 0.03);
    assert.deepEqual(stops, ["interrupt"]);
    const next = await run(cli, "answer");
    assert(next.end.kind === "result" && next.end.result.result === "answer");
    assert.deepEqual(next.stops, []);
  });

  for (const step of ["eof", "SIGTERM", "SIGKILL"] as const) {
    test(`until ${step}: ended so, and the journal says it`, async () => {
      await using cli = await startScripted(`silent-until-${step}`, {
        silenceTimeout,
        isModelAtWork: idle,
        patience: 500,
      });
      const { end, stops } = await run(cli);
      assertSilent(end);
      assert.equal(end.result, undefined);
      assert.deepEqual(stops, [step]);
      assert.equal(cli.state, "dead");
    });
  }

  test("before it takes its second message up: is ended, though it took up the first", async () => {
    await using cli = await startScripted("silent-after-a-turn", { silenceTimeout: 1000 });
    assert.equal((await run(cli)).end.kind, "result");
    const { end, stops } = await run(cli);
    assertSilent(end);
    assert.deepEqual(stops, ["eof"]);
  });
});

suite("CliProcess.turn, a silence that is excused", () => {
  test("while the model's API is at work, and no longer", async () => {
    let checks = 0;
    let isModelAtWork = true;
    await using cli = await startScripted("silent-until-interrupt", {
      silenceTimeout: 20,
      isModelAtWork: () => {
        checks += 1;
        return isModelAtWork;
      },
      patience: 10_000,
    });
    const turn = run(cli);
    await until(() => checks > 3);
    assert.equal(cli.state, "busy");
    isModelAtWork = false;
    assertSilent((await turn).end);
  });

  test("once the message is taken up, where the model's API can't be watched", async () => {
    await using cli = await startScripted("slow-model", { silenceTimeout: 300 });
    const { end, stops } = await run(cli, "1000");
    assert.equal(end.kind, "result");
    assert.deepEqual(stops, []);
  });

  test("while a tool is at work", async () => {
    await using cli = await startScripted("slow-tool", {
      silenceTimeout: 300,
      isModelAtWork: idle,
    });
    const { end, stops } = await run(cli, "1000");
    assert.equal(end.kind, "result");
    assert.deepEqual(stops, []);
  });

  test("no longer than the tool is at work", async () => {
    await using cli = await startScripted("silent-behind-a-tool", {
      silenceTimeout,
      isModelAtWork: idle,
    });
    assertSilent((await run(cli)).end);
  });

  test("between two lines that it says in time", async () => {
    await using cli = await startScripted("chatty", { silenceTimeout: 500, isModelAtWork: idle });
    const { end, stops } = await run(cli, "1500");
    assert.equal(end.kind, "result");
    assert.deepEqual(stops, []);
  });

  test("while a person is asked", async () => {
    await using cli = await startScripted("asks", { silenceTimeout: 300, isModelAtWork: idle });
    const { end, stops } = await run(cli, "", () => delay(long));
    assert.equal(end.kind, "result");
    assert.deepEqual(stops, []);
  });
});

function assertSilent(end: Awaited<ReturnType<typeof run>>["end"]): asserts end is StoppedTurn {
  assert(end.kind === "stopped");
  assert(end.reason instanceof CicdError && end.reason.code === "cli_silent");
}
