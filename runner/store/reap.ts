import type { TaskError } from "#shared/task.ts";
import { appendEvents } from "./journal-table.ts";
import { readInterruption } from "./rows.ts";
import { endingOf, endTask, requeueTask } from "./task-table.ts";
import { type Clock, lock, type Row, row, rows, type Work } from "./work.ts";

/** How often a host may die under a task before the task is given up. */
const crashBudget = 3;

/** A task that runs, and under which claim. */
export interface RunningTask {
  readonly id: string;
  readonly owner: string;
  readonly sessionId: string;
}

/** The tasks that run on a host. */
export function* listRunning(hostId: string): Work<RunningTask[]> {
  const sql = "SELECT id, owner, session FROM task WHERE state = 'running' AND host = ?";
  return (yield* rows(sql, hostId)).map(toRunning);
}

/** The tasks whose lease has run out. */
export function* listExpired(now: number): Work<RunningTask[]> {
  const sql = "SELECT id, owner, session FROM task WHERE state = 'running' AND lease_until <= ?";
  return (yield* rows(sql, now)).map(toRunning);
}

/**
 * Settles a task whose host is gone, if it still runs under that claim: one that was to stop ends
 * so, another runs again, and one under which hosts died too often fails.
 */
export function* reapTask(
  { id, owner, sessionId }: RunningTask,
  { now: clock, onlyExpired }: { now: Clock; onlyExpired: boolean },
): Work<boolean> {
  yield* lock(sessionId);
  const now = clock();
  const task = yield* row(
    "SELECT * FROM task WHERE id = ? AND owner = ? AND state = 'running' AND lease_until <= ?",
    id,
    owner,
    onlyExpired ? now : Number.MAX_SAFE_INTEGER,
  );
  if (task === undefined) return false;
  const interruption = readInterruption(task.interruption);
  const crashes = Number(task.crashes) + 1;
  if (interruption !== undefined) {
    yield* endTask(id, endingOf(interruption), now);
  } else if (crashes >= crashBudget) {
    yield* endTask(id, { state: "failed", error: crashed(crashes) }, now);
  } else {
    yield* rows("UPDATE task SET crashes = ? WHERE id = ?", crashes, id);
    const retrying = { attempt: Number(task.attempt), delay_ms: 0, error: crashed(crashes) };
    yield* appendEvents(id, [{ type: "task.retrying", data: retrying }], now);
    yield* requeueTask(id, { delay: 0, now, countAttempt: false });
  }
  return true;
}

function toRunning({ id, owner, session }: Row): RunningTask {
  return { id: String(id), owner: String(owner), sessionId: String(session) };
}

function crashed(crashes: number): TaskError {
  return {
    code: "host_restarted",
    category: "platform",
    message: `Runner ended while it ran this task: ${crashes} of ${crashBudget} times`,
  };
}
