import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunnerAppOptions } from "#runner/http/app.ts";
import { MessageAnswer } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { assertProblem } from "./assert-problem.ts";
import { handOff } from "./hand-off.ts";
import { idle, type SendOptions, startRunner, type TestRunner } from "./start-runner.ts";
import { startTask } from "./start-task.ts";

type Said = Parameters<RunnerAppOptions["sessions"]["say"]>;

function say({ send }: TestRunner, sessionId: string, options: SendOptions = {}) {
  return send(`/v1/sessions/${sessionId}/messages`, {
    method: "POST",
    body: { text: "Why?" },
    ...options,
  });
}

async function answerOf(response: Response): Promise<MessageAnswer> {
  assert.equal(response.status, 202);
  return MessageAnswer.parse(await response.json());
}

test("POST /v1/sessions/:id/messages while a turn runs: says it there, under an id of its own", async () => {
  const said: Said[] = [];
  await using runner = await startRunner({
    sessions: { ...idle, say: async (...what) => void said.push(what) },
  });
  const { task } = await startTask(runner);
  const answer = await answerOf(await say(runner, task.session_id));
  assert(answer.outcome === "delivered");
  assert.equal(answer.task_id, task.id);
  assert.deepEqual(said, [[task.session_id, { uuid: answer.message_id, text: "Why?" }]]);
  assert.equal((await runner.store.tasks({ limit: 9 })).length, 1);
});

test("POST /v1/sessions/:id/messages while a task has no turn: is a task behind it", async () => {
  await using runner = await startRunner();
  const { task } = await startTask(runner);
  const answer = await answerOf(await say(runner, task.session_id));
  assert(answer.outcome === "queued");
  assert.equal(answer.session_id, task.session_id);
  const asked = await runner.store.task(answer.task_id);
  assert.deepEqual([asked?.kind, asked?.state, asked?.message], ["ask", "queued", "Why?"]);
});

test("POST /v1/sessions/:id/messages while nothing runs: is a task, and nobody is told before", async () => {
  const sessions = { ...idle, say: async () => assert.fail("there is no turn to say it in") };
  await using runner = await startRunner({ sessions });
  const session_id = await enqueue(runner);
  assert.equal((await answerOf(await say(runner, session_id))).outcome, "queued");
});

test("POST /v1/sessions/:id/messages when saying it fails: a fault that is answered, no task", async () => {
  const broken = new CicdError("internal", "pipe burst");
  await using runner = await startRunner({
    sessions: { ...idle, say: () => Promise.reject(broken) },
  });
  const { task } = await startTask(runner);
  await assertProblem(await say(runner, task.session_id), 500, "internal");
  assert.deepEqual(runner.errors, [broken]);
  assert.equal((await runner.store.tasks({ limit: 9 })).length, 1);
});

test("POST /v1/sessions/:id/messages answers 404 to an unknown session", async () => {
  await using runner = await startRunner();
  await enqueue(runner);
  for (const id of [handOff().task_id, "1", "%00"]) {
    await assertProblem(await say(runner, id), 404, "not_found");
  }
});

test("POST /v1/sessions/:id/messages answers 400 to what is no message, 415 to what is no JSON", async () => {
  await using runner = await startRunner();
  const id = await enqueue(runner);
  const wrong: [body: unknown, expected: RegExp][] = [
    ["{", /^Cannot read request: body is not JSON$/],
    [{}, /text/],
    [{ text: "" }, /text/],
    [{ text: 1 }, /text/],
    [{ text: "x".repeat(20_001) }, /text/],
    [{ text: "x", role: "system" }, /role/],
    ["null", /expected object/],
  ];
  for (const [body, expected] of wrong) {
    const response = await say(runner, id, { body });
    assert.match((await assertProblem(response, 400, "invalid_request")).detail, expected);
  }
  const headers = { "content-type": "text/plain" };
  await assertProblem(await say(runner, id, { headers }), 415, "unsupported_media_type");
  assert.equal((await runner.store.tasks({ limit: 9 })).length, 1);
  const longest = await say(runner, id, { body: { text: "\u2028".repeat(20_000) } });
  await answerOf(longest);
});

test("POST /v1/sessions/:id/messages answers 503 when the queue is full, or the runner stops", async () => {
  let isDraining = false;
  await using runner = await startRunner({ queueLimit: 1, isDraining: () => isDraining });
  const id = await enqueue(runner);
  const full = await say(runner, id);
  assert.equal(full.headers.get("retry-after"), "5");
  await assertProblem(full, 503, "queue_full");
  isDraining = true;
  await assertProblem(await say(runner, id), 503, "shutting_down");
});

test("POST /v1/sessions/:id/messages is for the edge alone", async () => {
  await using runner = await startRunner();
  const path = `/v1/sessions/${await enqueue(runner)}/messages`;
  const response = await fetch(`http://127.0.0.1:${runner.port}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"text":"Why?"}',
  });
  await assertProblem(response, 401, "unauthorized");
});

async function enqueue({ store }: TestRunner): Promise<string> {
  const admission = await store.enqueue(handOff(), { limit: 100 });
  return admission.outcome === "accepted" ? admission.sessionId : assert.fail("not accepted");
}
