import assert from "node:assert/strict";
import { suite, test } from "node:test";
import pino from "pino";
import type { Work } from "#runner/dispatch/run-attempt.ts";
import { createMetrics } from "#runner/metrics.ts";
import { observers } from "#runner/observe.ts";
import type { Claim } from "#runner/store/store.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { ProcessState } from "#shared/session.ts";
import { handOff } from "./runner-http/hand-off.ts";

const start = Date.parse("2026-01-01T00:00:00.000Z");
const error = { code: "cli_exited", category: "session", message: "CLI ended" } as const;

suite("observers", () => {
  test("a process: counted once it is ready, and its life when it is dead", async () => {
    const scene = setScene();
    const { onState } = scene.observe;
    onState(change("one", "starting", "ready"));
    onState(change("three", "starting", "ready"));
    onState(change("one", "ready", "busy"));
    onState(change("one", "busy", "ready"));
    scene.pass(90_000);
    onState(change("one", "ready", "dead"));
    onState(change("one", "ready", "dead"));
    assert.equal(await scene.sample("cicd_async_sessions_total"), 2);
    assert.equal(await scene.sample("cicd_async_session_duration_sum"), 90);
    assert.equal(await scene.sample("cicd_async_session_duration_count"), 1);
    assert.deepEqual(scene.logged("event", "session_id"), [
      ["session_created", "one"],
      ["session_created", "three"],
      ["session_terminated", "one"],
    ]);
  });

  test("a process that never got ready: neither counted nor logged", async () => {
    const scene = setScene();
    scene.observe.onState(change("one", "starting", "dead"));
    assert.equal(await scene.sample("cicd_async_sessions_total"), 0);
    assert.equal(await scene.sample("cicd_async_session_duration_count"), 0);
    assert.deepEqual(scene.logged("event"), []);
  });

  test("a task: its wait is that before the first attempt alone", async () => {
    const scene = setScene();
    scene.pass(250);
    scene.observe.onStart(claimOf(1));
    scene.pass(10_000);
    scene.observe.onStart(claimOf(2));
    assert.equal(await scene.sample("cicd_async_queue_wait_seconds_sum"), 0.25);
    assert.equal(await scene.sample("cicd_async_queue_wait_seconds_count"), 1);
    assert.deepEqual(scene.logged("event", "attempt"), [
      ["task_started", 1],
      ["task_started", 2],
    ]);
  });

  test("a clock that was set back: a task has waited and taken no less than nothing", async () => {
    const scene = setScene();
    scene.pass(-5000);
    scene.observe.onStart(claimOf(1));
    scene.observe.onEnd(claimOf(1), { state: "failed", error }, true);
    assert.equal(await scene.sample("cicd_async_queue_wait_seconds_sum"), 0);
    assert.equal(await scene.sample("cicd_async_task_duration_seconds_sum"), 0);
  });

  test("a task that failed: counted from its first start, its error by category", async () => {
    const scene = setScene();
    scene.pass(3000);
    scene.observe.onEnd(claimOf(1), { state: "failed", error }, true);
    assert.equal(await scene.sample("cicd_async_tasks_failed"), 1);
    assert.equal(await scene.sample("cicd_async_task_duration_seconds_sum"), 2);
    assert.equal(await scene.sample('cicd_async_errors_total{category="session"}'), 1);
    assert.deepEqual(scene.logged("level", "event", "error"), [[40, "task_failed", error]]);
  });

  test("an attempt that is tried again: its error is counted, the task has not ended", async () => {
    const scene = setScene();
    scene.observe.onEnd(claimOf(1), { state: "queued", delay: 1, error }, true);
    scene.observe.onEnd(claimOf(2), { state: "released" }, true);
    assert.equal(await scene.sample('cicd_async_errors_total{category="session"}'), 1);
    assert.equal(await scene.sample("cicd_async_task_duration_seconds_count"), 0);
  });

  test("a task that another host holds by now: its end is not counted here", async () => {
    const scene = setScene();
    const outcome = { state: "succeeded", result: { kind: "close" } } as const;
    scene.observe.onEnd(claimOf(1), outcome, false);
    assert.equal(await scene.sample("cicd_async_tasks_succeeded"), 0);
    scene.observe.onEnd(claimOf(1), outcome, true);
    assert.equal(await scene.sample("cicd_async_tasks_succeeded"), 1);
    assert.deepEqual(scene.logged("event", "held"), [
      ["task_completed", false],
      ["task_completed", true],
    ]);
  });

  test("upkeep and membership: what was swept and what was lost is logged", () => {
    const scene = setScene();
    const { onSwept, onPruned, onLost, onUnheard, onReaped } = scene.observe;
    onSwept("disk_freed", 2);
    onPruned({ tasks: 3, journals: 4 });
    onLost(["t-1"]);
    onUnheard();
    onReaped(5);
    assert.deepEqual(scene.logged("level", "component", "event"), [
      [30, "session", "disk_freed"],
      [30, "store", "pruned"],
      [40, "host", "tasks_lost"],
      [40, "host", "leases_run_out"],
      [40, "host", "tasks_reaped"],
    ]);
    assert.deepEqual(scene.logged("count", "journals").slice(0, 2), [
      [2, undefined],
      [undefined, 4],
    ]);
    assert.deepEqual(scene.logged("tasks").slice(1), [3, ["t-1"], undefined, 5]);
  });

  test("counted work: every event goes on as it was, turns are counted, the result stays", async () => {
    const scene = setScene();
    const events: JournalEvent[] = [
      { type: "message.delta", data: { text: "I look" } },
      turnCompleted(0.25),
      turnCompleted(0.5),
    ];
    const work: Work = async (_task, { onEvent }) => {
      for (const event of events) onEvent(event);
      return { kind: "close" };
    };
    const seen: JournalEvent[] = [];
    const { signal } = new AbortController();
    const onEvent = (event: JournalEvent) => seen.push(event);
    const context = { signal, onEvent, ...unused };
    const result = await scene.observe.counted(work)(claimOf(1).task, context);
    assert.deepEqual(result, { kind: "close" });
    assert.deepEqual(seen, events);
    assert.equal(await scene.sample("cicd_async_cost_usd_total"), 0.75);
    assert.equal(await scene.sample("cicd_async_turn_overhead_seconds_sum"), 0.04);
  });
});

test("10,000 sessions, tasks and deliveries: no more series than after one of each kind", async () => {
  const { observe, metrics, logged } = setScene();
  const happen = (round: number) => {
    const session = `session-${round}`;
    observe.onState(change(session, "starting", "ready"));
    const claim = claimOf(1);
    observe.onStart(claim);
    const failed = { state: "failed", error } as const;
    observe.onEnd(claim, round % 2 === 0 ? failed : { state: "cancelled", reason: session }, true);
    observe.onState(change(session, "ready", "dead"));
    const forge = forges[round % forges.length] ?? "github";
    metrics.delivery({ forge, outcome: round % 3 === 0 ? "duplicate" : "accepted" });
    metrics.skipped({ forge, code: "draft" });
    metrics.cost(round / 1000);
  };
  const series = async () => {
    const { body } = await metrics.render();
    // How the process does is for others to say.
    return body.split("\n").filter((line) => line.startsWith("cicd_")).length;
  };
  for (let round = 0; round < 12; round += 1) happen(round);
  const before = await series();
  for (let round = 12; round < 10_000; round += 1) happen(round);
  assert.equal(new Set(logged("session_id")).size > 10_000, true);
  assert.equal(await series(), before);
  assert(before < 200, `${before} series`);
});

const forges = ["github", "gitlab", "gitee", "gitea"] as const;

/** What this work does not ask for. */
const fail = () => assert.fail("it was not to be asked for");
const unused = { keep: fail, checkHeld: fail, owePage: fail };

/** The real metrics and a real log, of which the lines are kept, with a clock of the test's own. */
function setScene() {
  let now = start;
  const lines: string[] = [];
  const metrics = createMetrics({
    sessionsActive: () => 0,
    queue: async () => ({ depth: 0, oldestSeconds: 0 }),
  });
  const log = pino({ level: "trace" }, { write: (line: string) => lines.push(line) });
  return {
    metrics,
    observe: observers(metrics, log, () => now),
    pass: (ms: number) => {
      now += ms;
    },
    /** The value of a metric. */
    sample: async (name: string) => {
      const { body } = await metrics.render();
      const line = body.split("\n").find((one) => one.startsWith(`${name} `));
      return line === undefined ? undefined : Number(line.slice(name.length));
    },
    /** These fields of each line of the log. */
    logged: (...names: string[]) =>
      lines.map((line) => {
        const fields = new Map(Object.entries(JSON.parse(line)));
        const values = names.map((name) => fields.get(name));
        return names.length === 1 ? values[0] : values;
      }),
  };
}

/** A change of state of the process of a session. */
function change(sessionId: string, from: ProcessState, to: ProcessState) {
  return { sessionId, pid: sessionId.length, from, to };
}

/** A claim of a task that was accepted at the start, and first started a second later. */
function claimOf(attempt: number): Claim {
  const { task_id, delivery_id, kind, event } = handOff();
  return {
    fence: { owner: "test", attempt },
    task: {
      ...{ id: task_id, session_id: task_id, delivery_id, kind, event, attempt },
      ...{ state: "running", message: null, result: null, error: null, ended_at: null },
      created_at: new Date(start).toISOString(),
      started_at: new Date(start + 1000).toISOString(),
    },
  };
}

function turnCompleted(cost_usd: number): JournalEvent {
  const tokens = { input_tokens: 1, output_tokens: 1 };
  const cached = { cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  const usage = { ...tokens, ...cached, cost_usd };
  const data = { turn_id: "t", usage, duration_ms: 100, overhead_ms: 20, model_turns: 1 };
  return { type: "turn.completed", data };
}
