import assert from "node:assert/strict";
import { test } from "node:test";
import { createMetrics } from "#runner/metrics.ts";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import { DeliveryIgnored, type SkippedDelivery } from "#shared/api.ts";
import { Task } from "#shared/task.ts";
import { assertProblem } from "./assert-problem.ts";
import { handOff } from "./hand-off.ts";
import { startRunner, type TestRunner } from "./start-runner.ts";

const draft: SkippedDelivery = {
  delivery_id: "d-1",
  forge: "gitlab",
  code: "draft",
  reason: "the pull request is a draft",
};

const tell = (runner: TestRunner, body: unknown) =>
  runner.send("/v1/deliveries/skipped", { method: "POST", body });

test("a delivery that made no task is told with its reason, by its forge", async () => {
  await using runner = await startRunner();
  assert.equal((await tell(runner, draft)).status, 204);
  const response = await runner.send("/v1/deliveries/d-1?forge=gitlab");
  const { at, ...told } = DeliveryIgnored.parse(await response.json());
  assert.deepEqual(told, { ignored: true, ...draft });
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000);
  await assertProblem(await runner.send("/v1/deliveries/d-1?forge=gitee"), 404, "not_found");
});

test("a delivery that made a task is told as that, whatever else was said of it", async () => {
  await using runner = await startRunner();
  const work = handOff({ delivery: "d-2" });
  await runner.send("/v1/events", { method: "POST", body: work });
  await tell(runner, { ...draft, forge: "github", delivery_id: "d-2" });
  const response = await runner.send("/v1/deliveries/d-2");
  assert.equal(Task.parse(await response.json()).id, work.task_id);
});

test("a runner that starts again still tells it", async () => {
  await using first = await startRunner();
  await tell(first, draft);
  await first.store[Symbol.asyncDispose]();
  await using store = new SqliteStore({ folder: first.folder, host: "test" });
  await using again = await startRunner({ store });
  const response = await again.send("/v1/deliveries/d-1?forge=gitlab");
  assert.equal(DeliveryIgnored.parse(await response.json()).reason, draft.reason);
});

test("what is no such report is refused with its place, and without a seal unread", async () => {
  await using runner = await startRunner();
  const bad = await tell(runner, { ...draft, code: "because" });
  assert.match((await assertProblem(bad, 400, "invalid_request")).detail, /code/);
  const open = await fetch(`http://127.0.0.1:${runner.port}/v1/deliveries/skipped`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(draft),
  });
  assert.equal(open.status, 401);
});

test("they are counted by forge, and by why", async () => {
  const metrics = createMetrics({
    sessionsActive: () => 0,
    queue: async () => ({ depth: 0, oldestSeconds: 0 }),
  });
  await using runner = await startRunner({ onSkipped: metrics.skipped });
  await tell(runner, draft);
  await tell(runner, { ...draft, delivery_id: "d-3" });
  const { body } = await metrics.render();
  for (const line of [
    'cicd_async_deliveries_total{forge="gitlab",outcome="ignored"} 2',
    'cicd_edge_skipped_total{reason="draft"} 2',
  ]) {
    assert.ok(body.split("\n").includes(line), line);
  }
});
