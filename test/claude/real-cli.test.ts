import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { glob, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { cliArguments, type Opening } from "#runner/claude/arguments.ts";
import { CliProcess } from "#runner/claude/cli-process.ts";
import { cliEnvironment, configFolder } from "#runner/claude/environment.ts";
import { failureOf } from "#runner/claude/failure.ts";
import { prepareStateDir } from "#runner/state-dir.ts";
import type { JournalEvent } from "#shared/journal.ts";
import { claudeCli } from "../claude-cli.ts";
import { apiError } from "../messages-api/api-error.ts";
import { textBlock, toolUse } from "../messages-api/blocks.ts";
import { inOrder } from "../messages-api/in-order.ts";
import { type Responder, message as reply, text } from "../messages-api/reply.ts";
import { startMessagesApi } from "../messages-api/start.ts";
import { tempFolder } from "../temp-folder.ts";
import { until } from "../until.ts";
import { never } from "./start-scripted.ts";

/** The facts about the pinned CLI that the runner is built on. */
async function withCli(respond: Responder) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const api = stack.use(await startMessagesApi({ respond }));
  const cwd = join(folder.path, "tree");
  await Promise.all([mkdir(cwd), prepareStateDir(folder.path)]);
  const start = async (opening: Opening) => {
    const process = await CliProcess.start(
      {
        executable: claudeCli,
        arguments: cliArguments(opening, { model: "sonnet", maxTurns: 3, instructions: "Review." }),
        environment: cliEnvironment({
          host: globalThis.process.env,
          passOn: [],
          stateDir: folder.path,
          apiKey: "key",
          baseUrl: api.url,
        }),
        cwd,
        startupTimeout: 30_000,
        patience: 5000,
      },
      never,
    );
    stack.defer(async () => {
      await process.end("SIGKILL");
    });
    return process;
  };
  const { path } = folder;
  return { api, folder: path, start, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** All that the CLI has written about its conversations. */
async function transcripts(stateDir: string): Promise<string> {
  const paths = await Array.fromAsync(glob(join(configFolder(stateDir), "projects/*/*.jsonl")));
  return (await Promise.all(paths.map((path) => readFile(path, "utf8")))).join("");
}

const say = (text: string) => ({ uuid: randomUUID(), text });
const quiet = { signal: never, onEvent: () => {} };

test("the real CLI: text of people is no command, turns share a conversation", async () => {
  await using cli = await withCli(inOrder(text("first"), text("second")));
  const process = await cli.start({ kind: "new", id: randomUUID() });
  await process.turn(say("/clear everything"), quiet);
  const end = await process.turn(say("/exit"), quiet);
  assert(end.kind === "result");
  assert.equal(failureOf(end.result), undefined);
  assert.equal(end.result.result, "second");
  const said = JSON.stringify(cli.api.requests[1]?.body.messages);
  for (const part of ["/clear everything", "first", "/exit"]) assert(said.includes(part), part);
});

test("the real CLI: an interrupt ends the turn, and the process serves the next one", async () => {
  const { promise: forever } = Promise.withResolvers();
  await using cli = await withCli(inOrder(text("begun ", forever), text("next")));
  const process = await cli.start({ kind: "new", id: randomUUID() });
  const abort = new AbortController();
  const reason = new Error("cancelled");
  const onEvent = ({ type }: JournalEvent) => type === "message.delta" && abort.abort(reason);
  await assert.rejects(process.turn(say("go"), { signal: abort.signal, onEvent }), reason);
  assert.equal(process.state, "ready");
  const end = await process.turn(say("again"), quiet);
  assert(end.kind === "result" && end.result.result === "next");
});

test("the real CLI: killed in a turn, the conversation resumes and takes the message again", async () => {
  const { promise: forever } = Promise.withResolvers();
  await using cli = await withCli(inOrder(text("begun ", forever), text("finished")));
  const id = randomUUID();
  const message = say("the question");
  const first = await cli.start({ kind: "new", id });
  const dying = assert.rejects(first.turn(message, quiet), { code: "cli_exited" });
  await cli.api.request(0);
  // The CLI writes its transcript a moment after it has sent the request.
  await until(async () => (await transcripts(cli.folder)).includes(message.uuid));
  await first.end("SIGKILL");
  await dying;
  const second = await cli.start({ kind: "resume", id });
  const end = await second.turn(message, quiet);
  assert(end.kind === "result" && end.result.result === "finished");
  await second.end();
  const third = await cli.start({ kind: "resume", id });
  assert.deepEqual(await third.turn(message, quiet), { kind: "answered_before" });
});

test("the real CLI: an unknown conversation can't be resumed", async () => {
  await using cli = await withCli(() => text(""));
  await assert.rejects(cli.start({ kind: "resume", id: randomUUID() }), { code: "session_lost" });
});

test("the real CLI: tools that are not on the list don't exist, reading outside is denied", async () => {
  await using cli = await withCli(
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

test("the real CLI: a refused key and a bad request are told apart", async () => {
  for (const [status, code] of [
    [403, "model_refused_key"],
    [400, "model_refused_request"],
  ] as const) {
    await using cli = await withCli(() => apiError(status));
    const process = await cli.start({ kind: "new", id: randomUUID() });
    const end = await process.turn(say("go"), quiet);
    assert(end.kind === "result");
    assert.equal(failureOf(end.result)?.code, code);
  }
});

test("the real CLI: too many requests in a turn end it", async () => {
  await using cli = await withCli(() =>
    reply({ blocks: [textBlock("again"), toolUse("Glob", { pattern: "*" })] }),
  );
  const process = await cli.start({ kind: "new", id: randomUUID() });
  const end = await process.turn(say("go"), quiet);
  assert(end.kind === "result");
  assert.equal(failureOf(end.result)?.code, "budget_exceeded");
});
