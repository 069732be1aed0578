import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { suite, test } from "node:test";
import { failureOf } from "#runner/claude/failure.ts";
import type { JournalEvent } from "#shared/journal.ts";
import { never, startScripted } from "./start-scripted.ts";

const message = (text = "hello") => ({ uuid: randomUUID(), text });

suite("CliProcess.turn", () => {
  test("a line of 10 MB: is read, and what the journal keeps of it is short", async () => {
    await using cli = await startScripted("long-line");
    const events: JournalEvent[] = [];
    const onEvent = (event: JournalEvent) => events.push(event);
    const end = await cli.turn(message("10000000"), { signal: never, onEvent });
    assert(end.kind === "result" && failureOf(end.result) === undefined);
    const line = "x".repeat(4000);
    assert.deepEqual(events, [{ type: "output.unknown", data: { line } }]);
  });

  test("a flood of lines: each is read, and none is kept", async () => {
    await using cli = await startScripted("flood");
    const lines = 100_000;
    let seen = 0;
    let most = 0;
    const before = used();
    const onEvent = () => {
      seen += 1;
      if (seen % 1000 === 0) most = Math.max(most, used() - before);
    };
    const end = await cli.turn(message(String(lines)), { signal: never, onEvent });
    assert.equal(end.kind, "result");
    assert.equal(seen, lines);
    // All lines together have more than 100 MB.
    assert(most < 64e6, `${most} bytes`);
  });

  test("an end in the middle of a line: reports the end, and keeps the part", async () => {
    await using cli = await startScripted("exits-in-a-line");
    const events: JournalEvent[] = [];
    const onEvent = (event: JournalEvent) => events.push(event);
    await assert.rejects(cli.turn(message(), { signal: never, onEvent }), {
      code: "cli_exited",
      message: "CLI ended with code 0",
    });
    assert.deepEqual(events, [{ type: "output.unknown", data: { line: '{"type":"res' } }]);
  });

  for (const code of [0, 1, 2, 126, 127, 137, 255]) {
    test(`an exit with ${code}: is reported as such`, async () => {
      await using cli = await startScripted("exits-as-told");
      await assert.rejects(cli.turn(message(String(code)), { signal: never, onEvent: () => {} }), {
        code: "cli_exited",
        message: `CLI ended with code ${code}`,
      });
      assert.equal((await cli.exited).code, code);
    });
  }

  test("a process that closes its output and lives on: is killed, and says why", async () => {
    await using cli = await startScripted("closes-output");
    await assert.rejects(cli.turn(message(), { signal: never, onEvent: () => {} }), {
      code: "cli_exited",
      message: "CLI ended with SIGKILL: Cannot read output: it is closed",
    });
    assert.equal(cli.state, "dead");
  });

  test("whoever follows it fails: the process is killed, and says why", async () => {
    await using cli = await startScripted("garbage");
    const onEvent = () => {
      throw new Error("disk is full");
    };
    await assert.rejects(cli.turn(message(), { signal: never, onEvent }), {
      code: "cli_exited",
      message: "CLI ended with SIGKILL: Cannot read output: disk is full",
    });
    assert.equal(cli.state, "dead");
  });
});

function used(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
