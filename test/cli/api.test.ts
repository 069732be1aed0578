import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { execa } from "execa";
import * as z from "zod";
import { journalTypes } from "#shared/journal.ts";
import { apiTokens } from "#test/edge/settings.ts";
import { type Pair, startPair } from "../client/start-pair.ts";
import { compileCache } from "../compile-cache.ts";
import { healthy } from "../runner-http/start-runner.ts";
import { accepted, claimed, done, trouble } from "../store/drive.ts";
import { handOff } from "../store/hand-off.ts";

const main = new URL("../../cli/main.ts", import.meta.url).pathname;

/** Runs a command that asks the API of a pair. */
function start(
  pair: Pick<Pair, "url">,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  return execa(process.execPath, [main, ...args], {
    cwd: "/",
    extendEnv: false,
    env: { ...compileCache, CICD_RUNNER_URL: pair.url, CICD_RUNNER_TOKEN: apiTokens.write, ...env },
    reject: false,
    timeout: 30_000,
  });
}

test("cicd-runner status: how all is, for people and as data", async () => {
  await using pair = await startPair();
  const [text, data] = await Promise.all([
    start(pair, ["status"]),
    start(pair, ["status", "--json"]),
  ]);
  assert.equal(text.exitCode, 0, text.stderr);
  assert.match(text.stdout, /^Edge +healthy, .*\nRunner +healthy, version 0\.0\.0, .* level 0/);
  assert.match(text.stdout, /^Queue +0 waiting; 0 running\nSessions +none/m);
  assert.match(text.stdout, /^test +up +0 of 0/m);
  const { runner } = z
    .object({ runner: z.object({ breaker: z.string() }) })
    .parse(JSON.parse(data.stdout));
  assert.equal(runner.breaker, "closed");
});

test("cicd-runner status: exit 1 and why, when the runner is unhealthy", async () => {
  const problems = ["Disk is full"];
  await using pair = await startPair({
    health: async () => ({ ...healthy, status: "unhealthy", problems }),
  });
  const { exitCode, stdout } = await start(pair, ["status"]);
  assert.equal(exitCode, 1);
  assert.match(stdout, /^Runner +unhealthy, .*\n +Disk is full$/m);
});

test("cicd-runner tasks and sessions: lists, with filters", async () => {
  await using pair = await startPair();
  const { store } = pair.runner;
  const failed = await accepted(store, handOff(7));
  await store.finish(await claimed(store), {
    state: "failed",
    error: { ...trouble, message: "Broke\u{1b}[2J" },
  });
  const waiting = await accepted(store, handOff(8));
  const [all, ofState, ofPull, ofNobody, sessions, wrong] = await Promise.all([
    start(pair, ["tasks"]),
    start(pair, ["tasks", "--state", "failed", "--json"]),
    start(pair, ["tasks", "--pr", "Acme/shop#8"]),
    start(pair, ["tasks", "--pr", "acme/shop#9"]),
    start(pair, ["sessions", "--limit", "1"]),
    start(pair, ["tasks", "--limit", "0"]),
  ]);
  assert.match(all.stdout, /^TASK .*\n.*#8 .*\n.*#7 .* internal: Broke\u{fffd}\[2J$/u);
  const ids = z.object({ tasks: z.array(z.object({ id: z.string() })) });
  assert.deepEqual(ids.parse(JSON.parse(ofState.stdout)).tasks, [{ id: failed }]);
  assert.match(ofPull.stdout, new RegExp(`${waiting} +review +queued`));
  assert(!ofPull.stdout.includes(failed));
  assert.equal(ofNobody.exitCode, 1);
  assert.match(ofNobody.stderr, /Cannot find session of acme\/shop#9/);
  assert.match(sessions.stdout, /^SESSION .*\n\S+ +github \S+#8 +hibernated +- +- +- +\d+ s ago$/);
  assert.equal(wrong.exitCode, 2);
  assert.match(wrong.stderr, /from 1 to 500/);
});

test("cicd-runner attach: follows a task through a break of the connection, and ends by its end", async () => {
  await using pair = await startPair();
  const { store, clients } = pair.runner;
  const id = await accepted(store, handOff(7));
  const task = await claimed(store);
  const [text, data] = [start(pair, ["attach", id]), start(pair, ["attach", id, "--json"])];
  await clients.until(2);
  await store.append(task, [{ type: "message.delta", data: { text: "I look\u{1b}[2J" } }]);
  await pair.restartEdge();
  await clients.until(2);
  await store.finish(task, { state: "failed", error: trouble });
  const shown = await text;
  assert.equal(shown.exitCode, 1, shown.stderr);
  assert.match(shown.stdout, /I look\u{fffd}\[2J\n {2}task failed\ninternal: Broke/u);
  const { exitCode, stdout } = await data;
  assert.equal(exitCode, 1);
  const lines = stdout.split("\n").map((line) => JSON.parse(line));
  const entries = z.array(z.object({ seq: z.int(), type: z.enum(journalTypes) })).parse(lines);
  assert.deepEqual(
    entries.map(({ seq }) => seq),
    entries.map((_, index) => index + 1),
  );
  assert.equal(entries.at(-1)?.type, "task.failed");
});

test("cicd-runner cancel: ends a task; attach shows that, and exits 1", async () => {
  await using pair = await startPair();
  const id = await accepted(pair.runner.store, handOff(7));
  const { exitCode, stdout } = await start(pair, ["cancel", id]);
  assert.equal(exitCode, 0);
  assert.match(stdout, /is taken out of the queue$/);
  const attached = await start(pair, ["attach", id]);
  assert.equal(attached.exitCode, 1);
  assert.match(attached.stdout, /task cancelled\nCancelled by request$/);
});

test("commands that ask the API say what is wrong: no token, a bad one, no edge, no such task", async () => {
  await using pair = await startPair();
  const unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
  const cases = [
    { args: ["tasks"], env: { CICD_RUNNER_TOKEN: "" }, code: 78, says: /TOKEN is not set/ },
    {
      args: ["tasks"],
      env: { CICD_RUNNER_TOKEN: "bad" },
      code: 1,
      says: /unknown token\n.*api_tokens/,
    },
    {
      args: ["tasks", "--url", "http://127.0.0.1:1"],
      code: 1,
      says: /Cannot reach .*\n.*URL right/,
    },
    { args: ["tasks", "--url", "nonsense"], code: 78, says: /nonsense is no URL/ },
    { args: ["cancel", unknown, "--token", apiTokens.read], code: 1, says: /scope write/ },
    { args: ["attach", unknown], code: 1, says: /Cannot find task/ },
    { args: ["attach"], code: 2, says: /missing required argument/ },
    { args: ["attach", "../sessions"], code: 2, says: /Must be an id/ },
  ];
  await Promise.all(
    cases.map(async ({ args, env = {}, code, says }) => {
      const { exitCode, stderr } = await start(pair, args, env);
      assert.match(stderr, says);
      assert.equal(exitCode, code, args.join(" "));
    }),
  );
});

test("cicd-runner attach: says that nothing answers while it tries again", async () => {
  const unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
  const attached = start({ url: "http://127.0.0.1:1" }, ["attach", unknown]);
  const [said] = await once(attached.stderr, "data");
  attached.kill("SIGKILL");
  assert.match(String(said), /^Cannot reach http:\/\/127\.0\.0\.1:1: .*; trying again\n$/);
  await attached;
});

test("commands that ask what is no edge: one sentence and a hint, no stack", async () => {
  const server = createServer((request, response) => {
    response.writeHead(request.url?.startsWith("/v1/tasks/") ? 404 : 200).end("<h1>Welcome</h1>");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert(typeof address === "object" && address !== null);
  const pair = { url: `http://127.0.0.1:${address.port}` };
  const unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
  try {
    for (const [args, says, code] of [
      [["tasks"], /^Cannot read answer: it is no JSON/, 1],
      [["cancel", unknown], /^Cannot use \S+: it answers 404/, 1],
      [["attach", unknown], /^Cannot use \S+: it answers 404/, 78],
    ] as const) {
      const { exitCode, stderr } = await start(pair, args);
      assert.match(stderr, says);
      assert.equal(stderr.split("\n")[1]?.startsWith("Is something else"), true, stderr);
      assert.equal(stderr.split("\n").length, 2, stderr);
      assert.equal(exitCode, code);
    }
  } finally {
    server.close();
  }
});

test("a reader that has enough ends a command without an error", async () => {
  await using pair = await startPair();
  const id = await accepted(pair.runner.store, handOff(7));
  const task = await claimed(pair.runner.store);
  const attached = start(pair, ["attach", id, "--json"]);
  await pair.runner.clients.until(1);
  attached.stdout.destroy();
  await pair.runner.store.finish(task, done);
  const { stderr, exitCode } = await attached;
  assert.equal(stderr, "");
  assert.equal(exitCode, 0);
});
