import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { type ErrorCategory, errorCategories } from "#shared/error.ts";
import { Forge } from "#shared/event.ts";
import type { SkipCode } from "#shared/skip.ts";
import type { TerminalState } from "#shared/task.ts";
import { type BreakerState, breakerStates } from "./resilience/breaker.ts";
import type { DegradationLevel } from "./resilience/degradation.ts";
import type { Admission } from "./store/store.ts";

/** Values that are read when somebody looks. */
export interface GaugeSources {
  /** Resident processes. */
  sessionsActive(): number;
  /** Asked once for each rendering: the store has to count. */
  queue(): Promise<QueueGauges>;
  /** Tasks that run on this host, and how many could. */
  running?(): number;
  capacity?(): number;
  /** Memory of all processes, in bytes. */
  processMemory?(): number | Promise<number>;
  degradationLevel?(): DegradationLevel;
  breakerState?(): BreakerState;
}

/** The tasks that wait. */
interface QueueGauges {
  readonly depth: number;
  /** How long the one has waited that has waited longest, in seconds; 0 when none waits. */
  readonly oldestSeconds: number;
}

/** What the runner counts. All durations are taken in milliseconds and shown in seconds. */
export interface Metrics {
  /** The text for `GET /metrics`. */
  render(): Promise<{ contentType: string; body: string }>;
  /** A process was started. */
  sessionStarted(): void;
  /** A process ended that was resident so long. */
  sessionEnded(durationMs: number): void;
  /** A task was started for the first time, so long after it was accepted. */
  taskStarted(waitMs: number): void;
  /** A started task ended, so long after its first start. */
  taskEnded(state: TerminalState, durationMs: number): void;
  /** A turn took so much longer than the CLI needed: what the product itself costs. */
  turnOverhead(overheadMs: number): void;
  /** What a turn cost, in US dollars. */
  cost(usd: number): void;
  error(category: ErrorCategory): void;
  delivery(delivery: { forge: Forge; outcome: Admission["outcome"] }): void;
  /** The edge made no task of a delivery. */
  skipped(delivery: { forge: Forge; code: SkipCode }): void;
  /** A follower of a task came (1) or went (-1). */
  sseClients(delta: 1 | -1): void;
}

/** Makes the metrics of one runner, with those of Node, in a registry of their own. */
export function createMetrics(sources: GaugeSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const counter = <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Counter<L>({ name, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name, help, buckets, registers });
  const gauge = (name: string, help: string, read?: () => number | Promise<number>) =>
    new Gauge({ name, help, registers, ...(read && { collect: collector(read) }) });

  gauge("cicd_async_sessions_active", "Resident CLI processes", sources.sessionsActive);
  const queueDepth = gauge("cicd_async_queue_depth", "Tasks in the queue");
  const queueOldest = gauge(
    "cicd_async_queue_oldest_seconds",
    "How long the task has waited that has waited longest, in seconds",
  );
  const { running, capacity } = sources;
  if (running) gauge("cicd_async_host_running", "Tasks that run on this host", running);
  if (capacity) gauge("cicd_async_host_capacity", "Tasks that this host can run", capacity);
  const { processMemory, degradationLevel, breakerState } = sources;
  if (processMemory) {
    gauge("cicd_async_process_memory_bytes", "Memory of all CLI processes", processMemory);
  }
  if (degradationLevel) {
    const help = "0 async, 1 sync with session, 2 one-shot";
    gauge("cicd_async_degradation_level", help, degradationLevel);
  }
  if (breakerState) {
    const help = "Breaker of the model: 0 closed, 1 half-open, 2 open";
    gauge("cicd_async_breaker_state", help, () => breakerStates.indexOf(breakerState()));
  }
  const sseClients = gauge("cicd_async_sse_clients", "Clients that follow a task");

  const sessions = counter("cicd_async_sessions_total", "CLI processes started");
  const executed = counter("cicd_async_tasks_executed", "Started tasks that ended");
  const succeeded = counter("cicd_async_tasks_succeeded", "Started tasks that succeeded");
  const failed = counter("cicd_async_tasks_failed", "Started tasks that failed");
  const errors = counter("cicd_async_errors_total", "Errors by category", ["category"]);
  const cost = counter("cicd_async_cost_usd_total", "Cost of all turns in US dollars");
  const deliveries = counter("cicd_async_deliveries_total", "Deliveries by what became of them", [
    "forge",
    "outcome",
  ]);

  // A series that begins with its first event shows no increase by that one: no alert would see it.
  for (const category of errorCategories) errors.inc({ category }, 0);
  for (const forge of Forge.options) {
    for (const outcome of outcomes) deliveries.inc({ forge, outcome }, 0);
  }

  const skips = counter("cicd_edge_skipped_total", "Deliveries that made no task, by why", [
    "reason",
  ]);

  const sessionDuration = histogram(
    "cicd_async_session_duration",
    "How long CLI processes were resident, in seconds",
    [1, 10, 60, 300, 900, 1800, 3600, 7200, 21_600, 86_400],
  );
  const taskDuration = histogram(
    "cicd_async_task_duration_seconds",
    "From the first start of a task to its end, in seconds",
    [0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1800],
  );
  const queueWait = histogram(
    "cicd_async_queue_wait_seconds",
    "From the acceptance of a task to its first start, in seconds",
    [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 30, 60, 300, 900],
  );
  const overhead = histogram(
    "cicd_async_turn_overhead_seconds",
    "Time of a turn that the CLI did not need, in seconds",
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  );

  return {
    render: async () => {
      const { depth, oldestSeconds } = await sources.queue();
      queueDepth.set(depth);
      queueOldest.set(oldestSeconds);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
    sessionStarted: () => sessions.inc(),
    sessionEnded: (durationMs) => sessionDuration.observe(durationMs / 1000),
    taskStarted: (waitMs) => queueWait.observe(waitMs / 1000),
    taskEnded: (state, durationMs) => {
      executed.inc();
      taskDuration.observe(durationMs / 1000);
      if (state === "succeeded") succeeded.inc();
      if (state === "failed") failed.inc();
    },
    turnOverhead: (overheadMs) => overhead.observe(overheadMs / 1000),
    cost: (usd) => cost.inc(usd),
    error: (category) => errors.inc({ category }),
    delivery: (labels) => deliveries.inc(labels),
    skipped: ({ forge, code }) => {
      deliveries.inc({ forge, outcome: "ignored" });
      skips.inc({ reason: code });
    },
    sseClients: (delta) => sseClients.inc(delta),
  };
}

/** What becomes of deliveries. */
const outcomes = ["accepted", "duplicate", "full", "ignored"];

/** Sets a gauge to what `read` says each time the metrics are rendered. */
function collector(read: () => number | Promise<number>) {
  return async function (this: Gauge): Promise<void> {
    this.set(await read());
  };
}
