import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { createMetrics, type GaugeSources } from "#runner/metrics.ts";
import type { BreakerState } from "#runner/resilience/breaker.ts";
import { errorCategories } from "#shared/error.ts";

const sources: GaugeSources = {
  sessionsActive: () => 3,
  queue: async () => ({ depth: 7, oldestSeconds: 12.5 }),
  running: () => 2,
  capacity: () => 8,
  processMemory: async () => 300_000_000,
  degradationLevel: () => 1,
  breakerState: () => "open",
};

/** The samples of the product: `name{labels}` to value. */
async function samplesOf(metrics: ReturnType<typeof createMetrics>) {
  const { body } = await metrics.render();
  const lines = body.split("\n").filter((line) => line.startsWith("cicd_async_"));
  return new Map(
    lines.map((line) => {
      const [name = "", value] = line.split(" ");
      return [name, Number(value)];
    }),
  );
}

test("createMetrics exposes every metric under its very name, with help and type", async () => {
  const { contentType, body } = await createMetrics(sources).render();
  assert.equal(contentType, "text/plain; version=0.0.4; charset=utf-8");
  const types = {
    cicd_async_sessions_active: "gauge",
    cicd_async_queue_depth: "gauge",
    cicd_async_queue_oldest_seconds: "gauge",
    cicd_async_host_running: "gauge",
    cicd_async_host_capacity: "gauge",
    cicd_async_process_memory_bytes: "gauge",
    cicd_async_degradation_level: "gauge",
    cicd_async_breaker_state: "gauge",
    cicd_async_sse_clients: "gauge",
    cicd_async_sessions_total: "counter",
    cicd_async_tasks_executed: "counter",
    cicd_async_tasks_succeeded: "counter",
    cicd_async_tasks_failed: "counter",
    cicd_async_errors_total: "counter",
    cicd_async_cost_usd_total: "counter",
    cicd_async_deliveries_total: "counter",
    cicd_async_session_duration: "histogram",
    cicd_async_task_duration_seconds: "histogram",
    cicd_async_queue_wait_seconds: "histogram",
    cicd_async_turn_overhead_seconds: "histogram",
  };
  const lines = body.split("\n");
  for (const [name, type] of Object.entries(types)) {
    assert(lines.includes(`# TYPE ${name} ${type}`), name);
    assert.match(body, new RegExp(`^# HELP ${name} \\w+`, "m"));
  }
  const exposed = lines.filter((line) => line.startsWith("# TYPE cicd_async_"));
  assert.equal(exposed.length, Object.keys(types).length);
});

test("createMetrics counts what it is told, durations in seconds", async () => {
  const metrics = createMetrics(sources);
  metrics.sessionStarted();
  metrics.sessionEnded(90_000);
  metrics.taskStarted(250);
  metrics.taskEnded("succeeded", 1500);
  metrics.taskEnded("failed", 500);
  metrics.taskEnded("superseded", 500);
  metrics.turnOverhead(20);
  metrics.cost(0.25);
  metrics.cost(0.5);
  metrics.error("session");
  metrics.delivery({ forge: "github", outcome: "duplicate" });
  metrics.sseClients(1);
  metrics.sseClients(1);
  metrics.sseClients(-1);
  const samples = await samplesOf(metrics);
  const expected = {
    cicd_async_sessions_active: 3,
    cicd_async_queue_depth: 7,
    cicd_async_queue_oldest_seconds: 12.5,
    cicd_async_process_memory_bytes: 300_000_000,
    cicd_async_degradation_level: 1,
    cicd_async_breaker_state: 2,
    cicd_async_sse_clients: 1,
    cicd_async_sessions_total: 1,
    cicd_async_session_duration_sum: 90,
    cicd_async_queue_wait_seconds_sum: 0.25,
    cicd_async_tasks_executed: 3,
    cicd_async_tasks_succeeded: 1,
    cicd_async_tasks_failed: 1,
    cicd_async_task_duration_seconds_sum: 2.5,
    cicd_async_turn_overhead_seconds_sum: 0.02,
    cicd_async_cost_usd_total: 0.75,
    'cicd_async_errors_total{category="session"}': 1,
    'cicd_async_deliveries_total{forge="github",outcome="duplicate"}': 1,
  };
  for (const [name, value] of Object.entries(expected))
    assert.equal(samples.get(name), value, name);
});

test("createMetrics shows what alerts look for before it happens: the first one is an increase", async () => {
  const samples = await samplesOf(createMetrics(sources));
  for (const category of errorCategories) {
    assert.equal(samples.get(`cicd_async_errors_total{category="${category}"}`), 0, category);
  }
  for (const outcome of ["accepted", "duplicate", "full", "ignored"]) {
    const name = `cicd_async_deliveries_total{forge="gitlab",outcome="${outcome}"}`;
    assert.equal(samples.get(name), 0, name);
  }
});

test("createMetrics reads its gauges anew each time", async () => {
  let size = 1;
  const metrics = createMetrics({ ...sources, sessionsActive: () => size });
  assert.equal((await samplesOf(metrics)).get("cicd_async_sessions_active"), 1);
  size = 2;
  assert.equal((await samplesOf(metrics)).get("cicd_async_sessions_active"), 2);
});

test("createMetrics asks once about the queue each time, and shows what it is told then", async () => {
  let asked = 0;
  const queue = async () => {
    asked += 1;
    return { depth: asked, oldestSeconds: asked / 2 };
  };
  const metrics = createMetrics({ ...sources, queue });
  for (const times of [1, 2]) {
    const samples = await samplesOf(metrics);
    assert.equal(samples.get("cicd_async_queue_depth"), times);
    assert.equal(samples.get("cicd_async_queue_oldest_seconds"), times / 2);
    assert.equal(asked, times);
  }
});

test("createMetrics shows the breaker as 0 closed, 1 half-open and 2 open", async () => {
  let state: BreakerState = "closed";
  const metrics = createMetrics({ ...sources, breakerState: () => state });
  const shown = async () => (await samplesOf(metrics)).get("cicd_async_breaker_state");
  assert.equal(await shown(), 0);
  state = "half-open";
  assert.equal(await shown(), 1);
  state = "open";
  assert.equal(await shown(), 2);
});

test("createMetrics leaves out a gauge that nothing tells", async () => {
  const { sessionsActive, queue } = sources;
  const { body } = await createMetrics({ sessionsActive, queue }).render();
  assert.doesNotMatch(body, /process_memory|degradation|breaker/);
  assert.match(body, /^cicd_async_queue_depth 7$/m);
});

test("createMetrics has the metrics of Node, and keeps two runners apart", async () => {
  const [one, other] = [createMetrics(sources), createMetrics(sources)];
  one.sessionStarted();
  assert.match((await one.render()).body, /^nodejs_eventloop_lag_seconds \d/m);
  assert.equal((await samplesOf(other)).get("cicd_async_sessions_total"), 0);
});

test("createMetrics keeps no program alive", async () => {
  const module = new URL("../../runner/metrics.ts", import.meta.url).href;
  const program = `const { createMetrics } = await import(${JSON.stringify(module)});
    const queue = async () => ({ depth: 0, oldestSeconds: 0 });
    await createMetrics({ sessionsActive: () => 0, queue }).render();`;
  const options = { timeout: 20_000 };
  await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], options);
});
