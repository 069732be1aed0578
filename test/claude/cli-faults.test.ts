import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { CliProcess } from "#runner/claude/cli-process.ts";
import { endOrphans, markerVariable } from "#runner/claude/orphans.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { ProcessState } from "#shared/session.ts";
import { tempFolder } from "../temp-folder.ts";
import { until } from "../until.ts";
import { messages } from "./messages.ts";
import { never, scripted, startScripted } from "./start-scripted.ts";

const message = (text = "hello") => ({ uuid: randomUUID(), text });
const quiet = { signal: never, onEvent: () => {} };

test("CliProcess.turn sees the same events however the output is cut", async () => {
  await using cli = await startScripted("dictated");
  const { assistant, user, stream_event } = messages;
  const odd = { type: "new", text: "äöü€😀\u2028" };
  const said = [stream_event, odd, assistant, user, stream_event].map((one) => JSON.stringify(one));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(2000), { maxLength: 12 }), async (cuts) => {
      const uuid = randomUUID();
      const result = JSON.stringify({ ...messages.result, user_message_uuids: [uuid] });
      const output = Buffer.from([...said, result, ""].join("\n"));
      const events: JournalEvent[] = [];
      const text = JSON.stringify(cut(output, cuts));
      const onEvent = (event: JournalEvent) => events.push(event);
      const end = await cli.turn({ uuid, text }, { signal: never, onEvent });
      assert(end.kind === "result" && end.result.result === messages.result.result);
      assert.deepEqual(events, [
        { type: "message.delta", data: { text: "I look" } },
        { type: "output.unknown", data: { line: JSON.stringify(odd) } },
        { type: "tool.use", data: { id: "t1", name: "Read", input: { file_path: "/tree/a.ts" } } },
        { type: "tool.result", data: { id: "t1", is_error: false, text: "export {};" } },
        { type: "message.delta", data: { text: "I look" } },
      ]);
    }),
    { numRuns: 50 },
  );
});

test("CliProcess.turn hands over a message larger than any pipe, while nobody reads it", async () => {
  await using cli = await startScripted("reads-late");
  const text = "long ".repeat(1_000_000);
  const end = await cli.turn(message(text), quiet);
  assert(end.kind === "result");
  assert(end.result.result === `echo: ${text}`);
});

test("CliProcess.turn goes on while the process floods its stderr, of which the end is kept", async () => {
  await using cli = await startScripted("stderr-flood");
  for (const _ of [1, 2]) {
    const end = await cli.turn(message(), quiet);
    assert(end.kind === "result" && end.result.result === "done");
  }
  await cli.end();
  const { stderr } = await cli.exited;
  assert(stderr.endsWith("x\nThe end\n"));
  assert(stderr.length < 100_000, String(stderr.length));
});

test("CliProcess.turn ends by its signal, and the process too, when its input is closed", async () => {
  await using cli = await startScripted("closes-input");
  const abort = new AbortController();
  const reason = new Error("too long");
  // Far more than the pipe holds, so that the write fails rather than lies there.
  const turn = cli.turn(message("x".repeat(1_000_000)), { ...quiet, signal: abort.signal });
  abort.abort(reason);
  assert.deepEqual(await turn, { kind: "stopped", reason, result: undefined });
  await cli.exited;
  assert.equal(cli.state, "dead");
});

test("CliProcess that ends between two turns says so by itself", async () => {
  const states: [ProcessState, ProcessState][] = [];
  await using cli = await startScripted("dies-between", {
    onState: (from, to) => states.push([from, to]),
  });
  assert.equal((await cli.turn(message(), quiet)).kind, "result");
  assert.deepEqual(await cli.exited, { code: 7, signal: undefined, stderr: "" });
  assert.equal(cli.state, "dead");
  assert.deepEqual(states.at(-1), ["ready", "dead"]);
  await assert.rejects(cli.turn(message(), quiet), {
    code: "cli_exited",
    message: "CLI ended with code 7",
  });
});

test("CliProcess gives what comes between two turns to neither", async () => {
  await using folder = await tempFolder();
  await using cli = await startScripted("late", { cwd: folder.path });
  const events: JournalEvent[] = [];
  const follow = { signal: never, onEvent: (event: JournalEvent) => events.push(event) };
  await cli.turn(message("one"), follow);
  // The request behind it was refused, so it was read.
  await until(() => exists(join(folder.path, "refused")));
  const end = await cli.turn(message("two"), follow);
  assert(end.kind === "result" && end.result.result === "two");
  const early: JournalEvent = { type: "output.unknown", data: { line: '{"type":"early"}' } };
  assert.deepEqual(events, [early, early]);
});

test("CliProcess.turn with a signal that aborted before sends nothing", async () => {
  await using cli = await startScripted("die-in-turn");
  const reason = new Error("too late");
  await assert.rejects(
    cli.turn(message(), { ...quiet, signal: AbortSignal.abort(reason) }),
    reason,
  );
  assert.equal(cli.state, "ready");
});

test("CliProcess.start that is aborted leaves no process", async () => {
  await using folder = await tempFolder();
  const reason = new Error("not any more");
  const states: ProcessState[] = [];
  const options = scripted("hang-at-start", {
    environment: { [markerVariable]: folder.path },
    onState: (_, to) => states.push(to),
  });
  await assert.rejects(CliProcess.start(options, AbortSignal.abort(reason)), reason);
  assert.deepEqual(states, []);
  const abort = new AbortController();
  const starting = CliProcess.start(options, abort.signal);
  abort.abort(reason);
  await assert.rejects(starting, reason);
  assert.deepEqual(states, ["dead"]);
  assert.equal(await endOrphans(folder.path), 0);
});

test("CliProcess.start that the process refuses says why, and leaves none", async () => {
  await using folder = await tempFolder();
  const environment = { [markerVariable]: folder.path };
  await assert.rejects(CliProcess.start(scripted("refuses-start", { environment }), never), {
    code: "cli_protocol",
    message: "CLI refused a request: not today",
  });
  assert.equal(await endOrphans(folder.path), 0);
});

/** The bytes in parts, cut at these places, as the scripted CLI takes them. */
function cut(bytes: Buffer, places: readonly number[]): string[] {
  const ends = [...places.filter((at) => at < bytes.length), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end).toString("base64"));
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
