import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { CliProcess } from "#runner/claude/cli-process.ts";
import { identify, isAlive } from "#runner/claude/identity.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { ProcessState } from "#shared/session.ts";
import { never, scripted, startScripted } from "./start-scripted.ts";

const follow = () => {
  const events: JournalEvent[] = [];
  return { events, signal: never, onEvent: (event: JournalEvent) => events.push(event) };
};
const message = (text = "hello") => ({ uuid: randomUUID(), text });

test("CliProcess serves turns one after the other, and says its states", async () => {
  const states: [ProcessState, ProcessState][] = [];
  await using cli = await startScripted("serve", { onState: (a, b) => states.push([a, b]) });
  for (const text of ["one", "two"]) {
    const end = await cli.turn(message(text), follow());
    assert(end.kind === "result");
    assert.equal(end.result.result, `echo: ${text}`);
  }
  assert.equal(await cli.end(), "end_session");
  assert.deepEqual(await cli.exited, { code: 0, signal: undefined, stderr: "" });
  const turn = [
    ["ready", "busy"],
    ["busy", "ready"],
  ];
  assert.deepEqual(states, [["starting", "ready"], ...turn, ...turn, ["ready", "dead"]]);
});

test("CliProcess refuses a second turn while one runs, and any after its end", async () => {
  await using cli = await startScripted("stubborn");
  const running = assert.rejects(cli.turn(message(), follow()), { code: "cli_exited" });
  await assert.rejects(cli.turn(message(), follow()), { code: "conflict" });
  await cli.end("SIGKILL");
  await running;
  await assert.rejects(cli.turn(message(), follow()), { code: "cli_exited" });
});

test("CliProcess.start gives up on a process that never answers, and kills it", async () => {
  const states: ProcessState[] = [];
  const options = scripted("hang-at-start", {
    startupTimeout: 300,
    onState: (_, to) => states.push(to),
  });
  await assert.rejects(CliProcess.start(options, never), { code: "cli_start_timeout" });
  assert.deepEqual(states, ["dead"]);
});

test("CliProcess.start says why a process ended, and what is missing", async () => {
  await assert.rejects(CliProcess.start(scripted("exit-at-start"), never), {
    code: "cli_exited",
    message: "CLI ended with code 3: Cannot go on",
  });
  await assert.rejects(CliProcess.start(scripted("", { executable: "/no/such/cli" }), never), {
    code: "cli_missing",
    category: "config",
  });
});

test("CliProcess.start ends with the signal's reason when it aborts", async () => {
  const reason = new Error("not any more");
  const abort = new AbortController();
  const starting = CliProcess.start(scripted("hang-at-start"), abort.signal);
  abort.abort(reason);
  await assert.rejects(starting, reason);
});

test("CliProcess.turn reports a death in the middle of it", async () => {
  await using cli = await startScripted("die-in-turn");
  await assert.rejects(cli.turn(message(), follow()), {
    code: "cli_exited",
    category: "session",
    message: "CLI ended with code 139: Segmentation fault",
  });
  assert.equal(cli.state, "dead");
});

test("CliProcess.turn keeps what it doesn't know, and is not ended by others' results", async () => {
  await using cli = await startScripted("garbage");
  const turn = follow();
  const end = await cli.turn(message("still here"), turn);
  assert(end.kind === "result");
  assert.equal(end.result.result, "echo: still here");
  const lines = ["no JSON", '{"type":"nobody knows"}', "[1]", "null", '{"type":"result"}'];
  assert.deepEqual(
    turn.events,
    lines.map((line) => ({ type: "output.unknown", data: { line } })),
  );
});

test("CliProcess.turn drops a line that is too long and goes on", async () => {
  await using cli = await startScripted("long-line", { maxLineBytes: 1_000_000 });
  const turn = follow();
  assert.equal((await cli.turn(message("3000000"), turn)).kind, "result");
  assert.deepEqual(turn.events, [{ type: "output.dropped", data: { bytes: 3_000_000 } }]);
});

test("CliProcess.turn tells a message that was answered before", async () => {
  await using cli = await startScripted("answered-before");
  assert.deepEqual(await cli.turn(message(), follow()), { kind: "answered_before" });
});

test("CliProcess.turn kills a process that does not obey an interrupt", async () => {
  await using cli = await startScripted("stubborn");
  const identity = await identify(cli.pid);
  const reason = new Error("cancelled");
  const abort = new AbortController();
  const { events, onEvent } = follow();
  const turn = cli.turn(message(), { signal: abort.signal, onEvent });
  abort.abort(reason);
  assert.deepEqual(await turn, { kind: "stopped", reason, result: undefined });
  assert.deepEqual(events, [{ type: "turn.stopped", data: { step: "SIGKILL" } }]);
  assert(identity && !(await isAlive(identity)));
});

test("CliProcess.end goes on to SIGKILL, and says so", async () => {
  await using cli = await startScripted("stubborn");
  assert.equal(await cli.end(), "SIGKILL");
});

test("CliProcess.end takes grandchildren along that hold the output open", async () => {
  await using cli = await startScripted("grandchild");
  const end = await cli.turn(message(), follow());
  assert(end.kind === "result");
  const grandchild = await identify(Number(end.result.result));
  assert(grandchild);
  await cli.end();
  await cli.exited;
  assert.equal(await isAlive(grandchild), false);
});
