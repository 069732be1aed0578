// Facts about the pinned CLI that the runner is built on.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { failureOf } from "#runner/claude/failure.ts";
import type { JournalEvent } from "#shared/journal.ts";
import { apiError } from "../messages-api/api-error.ts";
import { textBlock, thinkingBlock, toolUse } from "../messages-api/blocks.ts";
import { inOrder } from "../messages-api/in-order.ts";
import { message as reply, text } from "../messages-api/reply.ts";
import { until } from "../until.ts";
import { realCli } from "./start-real.ts";
import { never } from "./start-scripted.ts";

const say = (text: string) => ({ uuid: randomUUID(), text });
const quiet = { signal: never, onEvent: () => {} };

test("the real CLI: text of people is no command, turns share a conversation", async () => {
  await using cli = await realCli(inOrder(text("first"), text("second")));
  const process = await cli.start({ kind: "new", id: randomUUID() });
  await process.turn(say("/clear everything"), quiet);
  const end = await process.turn(say("/exit"), quiet);
  assert(end.kind === "result");
  assert.equal(failureOf(end.result), undefined);
  assert.equal(end.result.result, "second");
  const said = JSON.stringify(cli.api.requests[1]?.body.messages);
  for (const part of ["/clear everything", "first", "/exit"]) assert(said.includes(part), part);
});

test("the real CLI: killed in a turn, the conversation resumes and takes the message again", async () => {
  const { promise: forever } = Promise.withResolvers();
  await using cli = await realCli(inOrder(text("begun ", forever), text("finished")));
  const id = randomUUID();
  const message = say("the question");
  const first = await cli.start({ kind: "new", id });
  const dying = assert.rejects(first.turn(message, quiet), { code: "cli_exited" });
  await cli.api.request(0);
  // The CLI writes its transcript a moment after it has sent the request.
  await until(async () => (await cli.transcripts()).includes(message.uuid));
  await first.end("SIGKILL");
  await dying;
  const second = await cli.start({ kind: "resume", id });
  const end = await second.turn(message, quiet);
  assert(end.kind === "result" && end.result.result === "finished");
  await second.end();
  const third = await cli.start({ kind: "resume", id });
  assert.deepEqual(await third.turn(message, quiet), { kind: "answered_before" });
});

test("the real CLI: what it took up amid a turn is sent again to its process: the turn comes to its end", async () => {
  const { promise: heard, resolve: goOn } = Promise.withResolvers<void>();
  const blocks = [textBlock("I begin "), heard, toolUse("Glob", { pattern: "*" })];
  await using cli = await realCli((_request, index) =>
    index === 0 ? reply({ blocks }) : text("done"),
  );
  const process = await cli.start({ kind: "new", id: randomUUID() });
  const first = process.turn(say("go"), quiet);
  await cli.api.request(0);
  const known = say("mind the tests");
  await process.say(known);
  goOn();
  await first;
  const second = process.turn(say("go on"), { ...quiet, signal: AbortSignal.timeout(10_000) });
  await process.say(known);
  assert.equal((await second).kind, "result");
});

test("the real CLI: tools that are not on the list don't exist, reading outside is denied", async () => {
  await using cli = await realCli(
    inOrder(
      reply({
        blocks: [toolUse("Bash", { command: "id" }), toolUse("Read", { file_path: "/etc/passwd" })],
      }),
      text("done"),
    ),
  );
  const process = await cli.start({ kind: "new", id: randomUUID() });
  const events: JournalEvent[] = [];
  await process.turn(say("try"), { signal: never, onEvent: (event) => events.push(event) });
  const tools = cli.api.requests[0]?.body.tools.map(({ name }) => name).sort();
  assert.deepEqual(tools, ["DeferredToolPlaceholder", "Glob", "Grep", "Read"]);
  const results = events.flatMap((event) => (event.type === "tool.result" ? [event.data] : []));
  assert.deepEqual(
    results.map(({ is_error }) => is_error),
    [true, true],
  );
  assert(!JSON.stringify(results).includes("root:"));
});

test("the real CLI: all that it says in a turn is known", async () => {
  await using cli = await realCli(
    inOrder(
      reply({
        blocks: [thinkingBlock("hm"), textBlock("I look"), toolUse("Glob", { pattern: "*" })],
      }),
      text("done"),
    ),
  );
  const process = await cli.start({ kind: "new", id: randomUUID() });
  const types: JournalEvent["type"][] = [];
  await process.turn(say("go"), { signal: never, onEvent: ({ type }) => types.push(type) });
  const expected = ["thinking.delta", "message.delta", "tool.use", "tool.result", "message.delta"];
  assert.deepEqual(types, expected);
});

test("the real CLI: a refused key and a bad request are told apart", async () => {
  for (const [status, code] of [
    [403, "model_refused_key"],
    [400, "model_refused_request"],
  ] as const) {
    await using cli = await realCli(() => apiError(status));
    const process = await cli.start({ kind: "new", id: randomUUID() });
    const end = await process.turn(say("go"), quiet);
    assert(end.kind === "result");
    assert.equal(failureOf(end.result)?.code, code);
  }
});

test("the real CLI: too many requests in a turn end it", async () => {
  await using cli = await realCli(() =>
    reply({ blocks: [textBlock("again"), toolUse("Glob", { pattern: "*" })] }),
  );
  const process = await cli.start({ kind: "new", id: randomUUID() });
  const end = await process.turn(say("go"), quiet);
  assert(end.kind === "result");
  assert.equal(failureOf(end.result)?.code, "budget_exceeded");
});

test("the real CLI: a conversation that is not saved leaves nothing and can't be resumed", async () => {
  await using cli = await realCli(inOrder(text("first")));
  const id = randomUUID();
  const process = await cli.start({ kind: "unsaved", id });
  assert.equal((await process.turn(say("go"), quiet)).kind, "result");
  await process.end();
  assert.equal(await cli.transcripts(), "");
  await assert.rejects(cli.start({ kind: "resume", id }), { code: "session_lost" });
});

test("the real CLI: another model is used from the next request on", async () => {
  await using cli = await realCli(inOrder(text("first"), text("second")));
  const process = await cli.start({ kind: "new", id: randomUUID() });
  await process.turn(say("go"), quiet);
  await process.setModel("opus");
  await process.turn(say("go on"), quiet);
  const [first, second] = cli.api.requests.map(({ body }) => body.model);
  assert.match(first ?? "", /sonnet/);
  assert.match(second ?? "", /opus/);
});
