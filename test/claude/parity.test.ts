// What the scripted CLI shares with the real one: each case runs with both.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { suite, test } from "node:test";
import type { Opening } from "#runner/claude/arguments.ts";
import { CliProcess } from "#runner/claude/cli-process.ts";
import { failureOf } from "#runner/claude/failure.ts";
import type { JournalEvent } from "#shared/journal.ts";
import { text } from "../messages-api/reply.ts";
import { tempFolder } from "../temp-folder.ts";
import { realCli } from "./start-real.ts";
import { never, scripted } from "./start-scripted.ts";

interface Cli extends AsyncDisposable {
  start(opening: Opening): Promise<CliProcess>;
}

const say = (text: string) => ({ uuid: randomUUID(), text });
const quiet = { signal: never, onEvent: () => {} };

for (const [name, open] of [
  ["real", realOne],
  ["scripted", scriptedOne],
] as const) {
  suite(`the ${name} CLI`, () => {
    test("serves turns, and exits with 0 at the end of its input", async () => {
      await using cli = await open();
      const process = await cli.start({ kind: "new", id: randomUUID() });
      for (const question of ["one", "two"]) {
        const message = say(question);
        const end = await process.turn(message, quiet);
        assert(end.kind === "result" && failureOf(end.result) === undefined);
        assert.deepEqual(end.result.user_message_uuids, [message.uuid]);
      }
      assert.equal(await process.end("eof"), "eof");
      assert.deepEqual(await process.exited, { code: 0, signal: undefined, stderr: "" });
    });

    test("ends when it is asked to", async () => {
      await using cli = await open();
      const process = await cli.start({ kind: "new", id: randomUUID() });
      await process.turn(say("one"), quiet);
      assert.equal(await process.end(), "end_session");
      assert.equal((await process.exited).code, 0);
    });

    test("obeys an interrupt, tells the cost, and serves the next turn", async () => {
      await using cli = await open();
      const process = await cli.start({ kind: "new", id: randomUUID() });
      const abort = new AbortController();
      const events: JournalEvent[] = [];
      const onEvent = (event: JournalEvent) => {
        events.push(event);
        if (event.type === "message.delta") abort.abort(new Error("cancelled"));
      };
      const message = say("hang");
      const end = await process.turn(message, { signal: abort.signal, onEvent });
      assert(end.kind === "stopped" && end.reason === abort.signal.reason);
      assert.equal(end.result?.subtype, "error_during_execution");
      assert.equal(end.result.terminal_reason, "aborted_streaming");
      assert.deepEqual(end.result.user_message_uuids, [message.uuid]);
      assert(end.result.total_cost_usd > 0);
      assert.deepEqual(events.at(-1), { type: "turn.stopped", data: { step: "interrupt" } });
      assert.equal((await process.turn(say("two"), quiet)).kind, "result");
    });

    test("does not resume a conversation that it does not know", async () => {
      await using cli = await open();
      await assert.rejects(cli.start({ kind: "resume", id: randomUUID() }), {
        code: "session_lost",
        message: /No conversation found with session ID/,
      });
    });

    test("does not begin a conversation twice, and resumes it", async () => {
      await using cli = await open();
      const id = randomUUID();
      const process = await cli.start({ kind: "new", id });
      await process.turn(say("one"), quiet);
      await process.end();
      await assert.rejects(cli.start({ kind: "new", id }), {
        code: "cli_exited",
        message: /already in use/,
      });
      const resumed = await cli.start({ kind: "resume", id });
      assert.equal((await resumed.turn(say("two"), quiet)).kind, "result");
    });

    test("answers a message once, in the same process and behind a resume", async () => {
      await using cli = await open();
      const id = randomUUID();
      const message = say("one");
      const process = await cli.start({ kind: "new", id });
      assert.equal((await process.turn(message, quiet)).kind, "result");
      assert.deepEqual(await process.turn(message, quiet), { kind: "answered_before" });
      await process.end();
      const resumed = await cli.start({ kind: "resume", id });
      assert.deepEqual(await resumed.turn(message, quiet), { kind: "answered_before" });
      assert.equal((await resumed.turn(say("two"), quiet)).kind, "result");
    });
  });
}

/** With a model that hangs in its answer to `hang`, once. */
async function realOne(): Promise<Cli> {
  const { promise: forever } = Promise.withResolvers();
  let hasHung = false;
  return await realCli(({ body }) => {
    if (hasHung || !JSON.stringify(body.messages).includes("hang")) return text("fine");
    hasHung = true;
    return text("begun ", forever);
  });
}

async function scriptedOne(): Promise<Cli> {
  await using stack = new AsyncDisposableStack();
  const { path: cwd } = stack.use(await tempFolder());
  const { executable, arguments: args, ...options } = scripted("remembers", { cwd });
  const resources = stack.move();
  return {
    start: async ({ kind, id }) => {
      const [program = "", behaviour = ""] = args;
      const flag = kind === "resume" ? "--resume" : "--session-id";
      const process = await CliProcess.start(
        { ...options, executable, arguments: [program, flag, id, behaviour] },
        never,
      );
      resources.defer(async () => {
        await process.end("SIGKILL");
      });
      return process;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
