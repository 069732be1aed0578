import type { TaskError } from "#shared/task.ts";
import { appendEvents } from "./journal-table.ts";
import { toInterruption } from "./rows.ts";
import { endingOf, endTask, requeueTask } from "./task-table.ts";
import { type Row, rows, type Work } from "./work.ts";

/** How often a host may die under a task before the task is given up. */
const crashBudget = 3;

/**
 * Settles the tasks that an earlier run of this host left running: those that were to stop end so,
 * the others run again, and one under which the host died too often fails.
 */
export function* reapTasks(now: number): Work<void> {
  for (const task of yield* rows("SELECT * FROM task WHERE state = 'running'")) {
    yield* reapTask(task, now);
  }
}

function* reapTask(task: Row, now: number): Work<void> {
  const id = String(task.id);
  const interruption = toInterruption(task.interruption);
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
}

function crashed(crashes: number): TaskError {
  return {
    code: "host_restarted",
    category: "platform",
    message: `Runner ended while it ran this task: ${crashes} of ${crashBudget} times`,
  };
}
