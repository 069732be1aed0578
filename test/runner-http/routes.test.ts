import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { RunnerAppOptions } from "#runner/http/app.ts";
import { CancelAnswer, Health, SessionList, TaskList } from "#shared/api.ts";
import { Task } from "#shared/task.ts";
import { assertProblem } from "./assert-problem.ts";
import { handOff } from "./hand-off.ts";
import { healthy, idle, startRunner, type TestRunner } from "./start-runner.ts";

const limit = 100;

async function enqueue({ store }: TestRunner, options?: Parameters<typeof handOff>[0]) {
  const taken = handOff(options);
  const admission = await store.enqueue(taken, { limit });
  assert(admission.outcome === "accepted");
  return { ...taken, session_id: admission.sessionId };
}

async function listed(runner: TestRunner, query: string): Promise<string[]> {
  const response = await runner.send(`/v1/tasks${query}`);
  return TaskList.parse(await response.json()).tasks.map(({ id }) => id);
}

test("GET /v1/tasks lists newest first, by session, state and limit", async () => {
  await using runner = await startRunner();
  const first = await enqueue(runner);
  const second = await enqueue(runner);
  await runner.store.claim();
  assert.deepEqual(await listed(runner, ""), [second.task_id, first.task_id]);
  assert.deepEqual(await listed(runner, "?limit=1"), [second.task_id]);
  assert.deepEqual(await listed(runner, "?state=running"), [first.task_id]);
  assert.deepEqual(await listed(runner, `?session_id=${second.session_id}`), [second.task_id]);
  assert.deepEqual(await listed(runner, `?session_id=${first.session_id}&state=queued`), []);
});

test("GET /v1/tasks answers 400 to a query that it does not know", async () => {
  await using runner = await startRunner();
  const wrong = {
    "?limit=0": /query\.limit: /,
    "?limit=501": /query\.limit: /,
    "?limit=1e2": /query\.limit: must be a whole number/,
    "?limit=": /query\.limit: must be a whole number/,
    "?state=done": /query\.state: /,
    "?session_id=1": /query\.session_id: /,
    "?sesion_id=1&stat=2": /query: .*"sesion_id".*"stat"/,
  };
  for (const [query, expected] of Object.entries(wrong)) {
    const response = await runner.send(`/v1/tasks${query}`);
    assert.match((await assertProblem(response, 400, "invalid_request")).detail, expected);
  }
});

test("GET /v1/tasks/:id answers the task, 404 to any other id", async () => {
  await using runner = await startRunner();
  const { task_id } = await enqueue(runner);
  const response = await runner.send(`/v1/tasks/${task_id}`);
  assert.equal(Task.parse(await response.json()).id, task_id);
  for (const id of [handOff().task_id, "1", "%00", "%F0", "a%2Fb"]) {
    await assertProblem(await runner.send(`/v1/tasks/${id}`), 404, "not_found");
  }
});

test("POST /v1/tasks/:id/cancel tells what it did, 404 to an unknown id", async () => {
  await using runner = await startRunner();
  const running = await enqueue(runner);
  const queued = await enqueue(runner);
  await runner.store.claim();
  const cancel = (id: string) => runner.send(`/v1/tasks/${id}/cancel`, { method: "POST" });
  const outcomeOf = async (id: string) => CancelAnswer.parse(await (await cancel(id)).json());
  assert.deepEqual(await outcomeOf(running.task_id), { outcome: "signalled" });
  assert.deepEqual(await outcomeOf(queued.task_id), { outcome: "removed" });
  assert.deepEqual(await outcomeOf(queued.task_id), { outcome: "ended" });
  await assertProblem(await cancel(handOff().task_id), 404, "not_found");
});

test("GET /v1/deliveries/:id answers the task that the delivery made", async () => {
  await using runner = await startRunner();
  const { task_id } = await enqueue(runner, { delivery: "72d3162e:cc78" });
  for (const query of ["", "?forge=github"]) {
    const response = await runner.send(`/v1/deliveries/72d3162e%3Acc78${query}`);
    assert.equal(Task.parse(await response.json()).id, task_id);
  }
  await assertProblem(await runner.send("/v1/deliveries/other"), 404, "not_found");
  for (const query of ["?forge=svn", "?froge=github"]) {
    const response = await runner.send(`/v1/deliveries/72d3162e${query}`);
    await assertProblem(response, 400, "invalid_request");
  }
});

test("GET /v1/sessions merges what is stored with the processes that are there", async () => {
  const resident = new Map<string, { state: "busy"; pid: number }>();
  await using runner = await startRunner({ sessions: control({ resident }) });
  const hibernated = await enqueue(runner, { number: 7 });
  const busy = await enqueue(runner);
  resident.set(busy.session_id, { state: "busy", pid: 4711 });
  const response = await runner.send("/v1/sessions");
  const { sessions } = SessionList.parse(await response.json());
  const byId = new Map(sessions.map((session) => [session.id, session]));
  assert.equal(byId.size, 2);
  assert.partialDeepStrictEqual(byId.get(busy.session_id), { state: "busy", pid: 4711 });
  assert.partialDeepStrictEqual(byId.get(hibernated.session_id), {
    forge: "github",
    host: "github.com",
    owner: "octo",
    repository: "hello",
    number: 7,
    state: "hibernated",
    pid: null,
  });
  const short = await runner.send("/v1/sessions?limit=1");
  assert.equal(SessionList.parse(await short.json()).sessions.length, 1);
  await assertProblem(await runner.send("/v1/sessions?limit=no"), 400, "invalid_request");
  await assertProblem(await runner.send("/v1/sessions?state=busy"), 400, "invalid_request");
});

test("DELETE /v1/sessions/:id ends the process, 404 to an unknown session", async () => {
  const ended: string[] = [];
  await using runner = await startRunner({ sessions: control({ ended }) });
  const { session_id, task_id } = await enqueue(runner);
  const remove = (id: string) => runner.send(`/v1/sessions/${id}`, { method: "DELETE" });
  assert.equal((await remove(session_id)).status, 204);
  await assertProblem(await remove(task_id), 404, "not_found");
  assert.deepEqual(ended, [session_id]);
});

test("GET /health answers 200 when healthy or degraded, 503 when unhealthy", async () => {
  for (const status of ["healthy", "degraded", "unhealthy"] as const) {
    await using runner = await startRunner({ health: async () => ({ ...healthy, status }) });
    const response = await fetch(`http://127.0.0.1:${runner.port}/health`);
    assert.equal(response.status, status === "unhealthy" ? 503 : 200);
    assert.equal(Health.parse(await response.json()).status, status);
  }
});

test("GET /health/ready answers 503 when the runner drains or is unhealthy", async () => {
  const ready = async (options: Partial<RunnerAppOptions>) => {
    await using runner = await startRunner(options);
    const response = await fetch(`http://127.0.0.1:${runner.port}/health/ready`);
    return response.ok ? await response.json() : (await response.json()).detail;
  };
  assert.deepEqual(await ready({}), { ready: true });
  const degraded = async () => ({ ...healthy, status: "degraded" as const });
  assert.deepEqual(await ready({ health: degraded }), { ready: true });
  const draining = await ready({ isDraining: () => true });
  assert.equal(draining, "Cannot take work: runner is shutting down");
  const unhealthy = { ...healthy, status: "unhealthy" as const, problems: ["disk is full"] };
  const sick = await ready({ health: async () => unhealthy });
  assert.equal(sick, "Cannot take work: runner is unhealthy: disk is full");
});

test("GET /metrics answers the text of the registry without a seal", async () => {
  const text = { contentType: "text/plain; version=0.0.4", body: "up 1\n" };
  await using runner = await startRunner({ metrics: async () => text });
  const response = await fetch(`http://127.0.0.1:${runner.port}/metrics`);
  assert.equal(response.headers.get("content-type"), text.contentType);
  assert.equal(await response.text(), text.body);
});

test("an unknown path is a 404, a wrong method a 405 that names the right ones", async () => {
  await using runner = await startRunner();
  for (const path of ["/", "/v1", "/v1/task", "/v1/tasks/1/2", "/metrics/"]) {
    await assertProblem(await runner.send(path), 404, "not_found");
  }
  const wrong: [method: string, path: string, allow: string][] = [
    ["GET", "/v1/events", "POST"],
    ["DELETE", "/v1/tasks/1", "GET, HEAD"],
    ["GET", "/v1/tasks/1/cancel", "POST"],
    ["POST", "/v1/sessions", "GET, HEAD"],
    ["POST", "/health", "GET, HEAD"],
  ];
  for (const [method, path, allow] of wrong) {
    const response = await runner.send(path, { method });
    assert.equal(response.headers.get("allow"), allow);
    await assertProblem(response, 405, "method_not_allowed");
  }
});

test("a refusal of the store is a 503 that goes to onError, and nothing is taken in", async () => {
  await using runner = await startRunner();
  const body = handOff();
  using other = new DatabaseSync(join(runner.folder, "cicd-runner.db"));
  other.exec("ALTER TABLE delivery RENAME TO gone");
  const refused = await runner.send("/v1/events", { method: "POST", body });
  assert.equal(refused.headers.get("retry-after"), "10");
  await assertProblem(refused, 503, "store_unavailable");
  assert.deepEqual(
    runner.errors.map(({ code }) => code),
    ["store_unavailable"],
  );
  other.exec("ALTER TABLE gone RENAME TO delivery");
  const taken = await runner.send("/v1/events", { method: "POST", body });
  assert.equal(taken.status, 202);
});

test("an unexpected error is a 500 that says nothing of the inside, and goes to onError", async () => {
  await using runner = await startRunner({
    health: async () => {
      throw new Error("secret inside");
    },
  });
  const headers = { "x-request-id": "abc-1" };
  const response = await fetch(`http://127.0.0.1:${runner.port}/health`, { headers });
  const problem = await assertProblem(response, 500, "internal");
  assert.equal(problem.request_id, "abc-1");
  assert.doesNotMatch(JSON.stringify(problem), /secret inside/);
  assert.equal(runner.errors[0]?.message, "secret inside");
});

function control({
  resident = new Map(),
  ended = [],
}: {
  resident?: Map<string, { state: "busy"; pid: number }>;
  ended?: string[];
}): RunnerAppOptions["sessions"] {
  return {
    ...idle,
    processOf: (id) => resident.get(id),
    terminate: async (id) => ended.push(id) > 0,
  };
}
