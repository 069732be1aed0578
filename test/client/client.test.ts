import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { v7 } from "uuid";
import { createClient } from "#client/client.ts";
import { CicdError } from "#shared/error.ts";
import { Problem } from "#shared/problem.ts";
import { publicRoutes } from "#shared/routes/public.ts";
import { apiTokens } from "#test/edge/settings.ts";
import { handOff } from "#test/runner-http/hand-off.ts";
import { type Pair, startPair } from "./start-pair.ts";

const clientOf = ({ url }: Pair, token: string = apiTokens.write) => createClient({ url, token });

async function enqueue({ runner }: Pair) {
  const taken = handOff();
  const admission = await runner.store.enqueue(taken, { limit: 100 });
  assert(admission.outcome === "accepted");
  return { ...taken, session_id: admission.sessionId };
}

/** The error of a call that has to fail. */
async function errorOf(call: Promise<unknown>): Promise<CicdError> {
  const error = await call.then(
    () => assert.fail("it did not fail"),
    (thrown) => thrown,
  );
  assert(error instanceof CicdError, String(error));
  return error;
}

test("Client has a method for every route that a token or a link opens", () => {
  const client = createClient({ url: "http://127.0.0.1:1" });
  const { followLink, ...methods } = client;
  const routes = publicRoutes.filter(({ access }) => access !== "open" && access !== "signature");
  assert.deepEqual(Object.keys(methods).toSorted(), routes.map(({ id }) => id).toSorted());
});

test("Client lists, shows, finds by delivery and cancels tasks", async () => {
  await using pair = await startPair();
  const client = clientOf(pair);
  const { task_id, session_id, delivery_id } = await enqueue(pair);
  const { tasks } = await client.listTasks({ session_id, state: "queued", limit: 1 });
  assert.deepEqual(
    tasks.map(({ id }) => id),
    [task_id],
  );
  assert.equal((await client.getTask({ id: task_id })).state, "queued");
  const found = await client.getDelivery({ id: delivery_id });
  assert("id" in found && found.id === task_id);
  assert.deepEqual(await client.cancelTask({ id: task_id }), { outcome: "removed" });
  assert.equal((await client.getTask({ id: task_id })).state, "cancelled");
});

test("Client replays the delivery of a failed task, once at a time, and follows what comes of it", async () => {
  await using pair = await startPair();
  const { store } = pair.runner;
  const client = clientOf(pair);
  const { task_id, delivery_id: id, session_id } = await enqueue(pair);
  assert.equal((await errorOf(client.replayDelivery({ id }))).code, "conflict");
  const claim = await store.claim();
  assert.ok(claim);
  const error = { code: "cli_exited", category: "session", message: "It exited" } as const;
  await store.finish(claim, { state: "failed", error });
  const replay = await client.replayDelivery({ id, forge: "github" });
  assert.deepEqual([replay.outcome, replay.session_id], ["accepted", session_id]);
  assert.notEqual(replay.task_id, task_id);
  const again = await client.replayDelivery({ id });
  assert.deepEqual([again.outcome, again.task_id], ["duplicate", replay.task_id]);
  await client.cancelTask({ id: replay.task_id });
  const journal = await Array.fromAsync(client.followLink(replay.events_url));
  assert.deepEqual(
    journal.map(({ type }) => type),
    ["task.queued", "task.cancelled"],
  );
  assert.equal((await errorOf(client.replayDelivery({ id: "unheard-of" }))).code, "not_found");
  assert.equal((await errorOf(client.replayDelivery({ id, forge: "gitlab" }))).code, "not_found");
});

test("Client shows and ends sessions, and talks to them: the answer can be followed", async () => {
  await using pair = await startPair();
  const client = clientOf(pair);
  const { session_id } = await enqueue(pair);
  assert.equal((await client.listSessions({})).sessions[0]?.id, session_id);
  assert.equal((await client.getSession({ id: session_id })).usage.model_requests, 0);
  const sent = await client.sendMessage({ id: session_id }, { text: "Why?" });
  assert.equal(sent.outcome, "queued");
  assert.equal((await client.getTask({ id: sent.task_id })).message, "Why?");
  const journal = createClient({ url: pair.url }).followLink(sent.events_url);
  assert.equal((await journal.next()).value?.type, "task.queued");
  await journal.return();
  assert.equal(await client.endSession({ id: session_id }), undefined);
});

test("Client throws what the API refuses, with its code, hint and whole problem", async () => {
  await using pair = await startPair();
  const { task_id } = await enqueue(pair);
  const unknown = await errorOf(clientOf(pair).getTask({ id: v7() }));
  assert.equal(unknown.code, "not_found");
  const problem = Problem.parse(unknown.cause);
  assert.equal(problem.status, 404);
  assert.match(problem.request_id ?? "", /^[0-9a-f-]{36}$/);
  const low = await errorOf(clientOf(pair, apiTokens.read).cancelTask({ id: task_id }));
  assert.deepEqual([low.code, low.hint], ["forbidden", "Use a token with scope write"]);
  const stranger = await errorOf(clientOf(pair, "stranger").listTasks({}));
  assert.equal(stranger.code, "unauthorized");
  const text = await errorOf(clientOf(pair).sendMessage({ id: v7() }, { text: "" }));
  assert.equal(text.code, "invalid_request");
  assert.match(text.message, /text: /);
});

test("Client says when to come again", async () => {
  await using pair = await startPair({ queueLimit: 0 });
  const { session_id } = await enqueue(pair);
  const full = await errorOf(clientOf(pair).sendMessage({ id: session_id }, { text: "Why?" }));
  assert.deepEqual([full.code, full.retryAfter], ["queue_full", 5]);
});

test("Client puts nothing into a path that leads elsewhere", async () => {
  await using pair = await startPair();
  const client = clientOf(pair, apiTokens.admin);
  for (const id of ["../tasks", "..", ".", "a/b", "a?b", "a#b", ""]) {
    assert.equal((await errorOf(client.getDelivery({ id }))).code, "invalid_request", id);
    const replay = client.replayUndelivered({ delivery_id: id });
    assert.match((await errorOf(replay)).message, /^Cannot ask replayUndelivered: delivery_id: /);
  }
});

test("Client tells an edge that is not there from one that refuses, and ends on a signal", async () => {
  const nobody = createClient({ url: "http://127.0.0.1:1", token: "x" });
  assert.equal((await errorOf(nobody.listTasks({}))).code, "runner_unavailable");
  const gone = AbortSignal.abort();
  assert.equal((await errorOf(nobody.listTasks({}, undefined, gone))).code, "cancelled");
});

test("Client throws what it says when an answer breaks off, hangs, or nothing can be asked", async (t) => {
  const server = createServer(({ url: path }, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "9" });
    response.write("{", () => path?.endsWith("broken") && response.destroy());
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert(typeof address === "object" && address !== null);
  const url = `http://127.0.0.1:${address.port}`;
  const client = createClient({ url, token: "x" });
  const broken = await errorOf(client.getDelivery({ id: "broken" }));
  assert.deepEqual([broken.code, broken.category], ["runner_unavailable", "transient"]);
  const leaving = new AbortController();
  const impatient: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    leaving.abort();
    return response;
  };
  const leaver = createClient({ url, token: "x", fetch: impatient });
  const hanging = leaver.getDelivery({ id: "hanging" }, undefined, leaving.signal);
  assert.equal((await errorOf(hanging)).code, "cancelled");
  const nowhere = createClient({ url: "nowhere", token: "x" });
  assert.match((await errorOf(nowhere.listTasks({}))).message, /Cannot reach nowhere/);
});
