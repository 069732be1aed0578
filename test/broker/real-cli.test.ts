import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { glob, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { BrokerOptions } from "#runner/broker/broker.ts";
import { cliArguments } from "#runner/claude/arguments.ts";
import { CliProcess } from "#runner/claude/cli-process.ts";
import { cliEnvironment } from "#runner/claude/environment.ts";
import { failureOf } from "#runner/claude/failure.ts";
import { prepareStateDir } from "#runner/state-dir.ts";
import type { JournalEvent } from "#shared/journal.ts";
import { never } from "../claude/start-scripted.ts";
import { claudeCli } from "../claude-cli.ts";
import { toolUse } from "../messages-api/blocks.ts";
import { inOrder } from "../messages-api/in-order.ts";
import { drop, message, type Responder, stall, text } from "../messages-api/reply.ts";
import { tempFolder } from "../temp-folder.ts";
import { realKey, sceneWithApi } from "./scene.ts";

/** The pinned CLI behind a broker, as the runner starts it. */
async function withCli(
  respond: Responder,
  { refuse, ...options }: Partial<BrokerOptions> & { refuse?: () => string | undefined } = {},
) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const s = stack.use(await sceneWithApi(respond, refuse && { refuse }, options));
  const cwd = join(folder.path, "tree");
  await Promise.all([mkdir(cwd), prepareStateDir(folder.path)]);
  const process = await CliProcess.start(
    {
      executable: claudeCli,
      arguments: cliArguments(
        { kind: "new", id: randomUUID() },
        { model: "sonnet", maxTurns: 5, instructions: "Review." },
      ),
      environment: cliEnvironment({
        // The runner's own environment has the key.
        host: { ...globalThis.process.env, ANTHROPIC_API_KEY: realKey },
        passOn: [],
        stateDir: folder.path,
        apiKey: s.access.token,
        baseUrl: s.url,
      }),
      cwd,
      startupTimeout: 30_000,
      patience: 5000,
      silenceTimeout: 30_000,
      isModelAtWork: () => s.access.active > 0,
    },
    never,
  );
  stack.defer(async () => {
    await process.end("SIGKILL");
  });
  const turn = async (events: JournalEvent[] = []) => {
    const onEvent = (event: JournalEvent) => void events.push(event);
    const end = await process.turn({ uuid: randomUUID(), text: "go" }, { signal: never, onEvent });
    assert(end.kind === "result");
    return end.result;
  };
  const { pid } = process;
  const { path } = folder;
  return { ...s, folder: path, pid, turn, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("the real CLI: turns work through the broker, and are metered as the CLI counts them", async () => {
  await using cli = await withCli(
    inOrder(
      message({ blocks: [toolUse("Glob", { pattern: "*" })] }),
      text("first"),
      text("a second answer"),
    ),
  );
  for (const answer of ["first", "a second answer"]) {
    const before = cli.usages.length;
    const result = await cli.turn();
    assert.equal(failureOf(result), undefined);
    assert.equal(result.result, answer);
    // Without a wait: all is known when the result is there.
    const metered = cli.usages.slice(before);
    assert.equal(metered.length, answer === "first" ? 2 : 1);
    const sum = (name: "input_tokens" | "output_tokens" | "cache_read_input_tokens") =>
      metered.reduce((total, usage) => total + usage[name], 0);
    assert.equal(sum("input_tokens"), result.usage?.input_tokens);
    assert.equal(sum("output_tokens"), result.usage?.output_tokens);
    assert.equal(sum("cache_read_input_tokens"), result.usage?.cache_read_input_tokens);
  }
  assert.deepEqual([cli.errors, cli.access.active], [[], 0]);
});

test("the real CLI: it asks for nothing that the broker has not, and never without its token", async () => {
  await using cli = await withCli(() => text("done"));
  await cli.turn();
  assert.deepEqual(cli.api.otherRequests, []);
  assert.deepEqual(
    cli.api.requests.map(({ method, path }) => `${method} ${path}`),
    ["POST /v1/messages"],
  );
});

test("the real CLI: the key of the API is nowhere in its process or its files", async () => {
  await using cli = await withCli(() => text("done"));
  await cli.turn();
  const proc = `/proc/${cli.pid}`;
  const environ = await readFile(`${proc}/environ`, "utf8");
  assert(environ.includes(cli.access.token));
  const entries = await Array.fromAsync(glob("**", { cwd: cli.folder, withFileTypes: true }));
  const files = entries.filter((entry) => entry.isFile());
  assert(files.length > 0);
  const read = files.map(({ parentPath, name }) => readUnlessGone(join(parentPath, name)));
  const texts = [environ, await readFile(`${proc}/cmdline`, "utf8"), ...(await Promise.all(read))];
  for (const text of texts) assert(!text.includes(realKey));
});

test("the real CLI: a refusal ends the turn at once, with its text", async () => {
  let refusal: string | undefined = "Budget of the task is used up";
  await using cli = await withCli(() => text("done"), { refuse: () => refusal });
  const events: JournalEvent[] = [];
  const result = await cli.turn(events);
  assert.equal(result.api_error_status, 403);
  assert(result.result?.includes(refusal));
  assert(!events.some(({ type }) => type === "model.retry"));
  assert.equal(cli.api.requests.length, 0);
  refusal = undefined;
  assert.equal((await cli.turn()).result, "done");
});

test("the real CLI: with its token revoked it reaches the model no more", async () => {
  await using cli = await withCli(() => text("done"));
  await cli.turn();
  cli.access[Symbol.dispose]();
  assert.equal(failureOf(await cli.turn())?.code, "model_refused_key");
  assert.equal(cli.api.requests.length, 1);
});

test("the real CLI: an API that stalls or hangs up is tried again", async () => {
  const { promise: forever } = Promise.withResolvers<never>();
  for (const fault of [
    forever,
    stall({ after: "message_start" }),
    drop({ after: "message_start" }),
  ]) {
    const limits = { firstByteTimeout: 500, idleTimeout: 500 };
    const respond: Responder = (_request, count) => (count === 0 ? fault : text("recovered"));
    await using cli = await withCli(respond, limits);
    assert.equal((await cli.turn()).result, "recovered");
    assert.equal(cli.errors.length, 1);
  }
});

/** The CLI replaces files of its own by new ones; one that is gone holds nothing. */
async function readUnlessGone(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
