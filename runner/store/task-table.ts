import type { JournalEvent } from "#shared/journal.ts";
import type { Task } from "#shared/task.ts";
import { appendEvents } from "./journal-table.ts";
import { readTask, toTask } from "./rows.ts";
import type { Interruption, Outcome, TaskFilter } from "./store.ts";
import { type Row, row, rows, type Work } from "./work.ts";

/** How a task can end for good. */
export type Ending = Exclude<Outcome, { state: "queued" | "released" }>;

/** Ends a task with its terminal event. Its session is locked, as for all that change one. */
export function* endTask(id: string, ending: Ending, now: number): Work<void> {
  yield* appendEvents(id, [terminalEvent(ending)], now);
  yield* rows(
    `UPDATE task SET state = ?, result = ?, error = ?, error_code = ?, ended_at = ?, owner = NULL,
         host = NULL, lease_until = NULL, interruption = NULL,
         journal_bytes = (SELECT coalesce(sum(length(data)), 0) FROM event WHERE event.task = task.id)
       WHERE id = ?`,
    ending.state,
    ending.state === "succeeded" ? JSON.stringify(ending.result) : null,
    ending.state === "failed" ? JSON.stringify(ending.error) : null,
    ending.state === "failed" ? ending.error.code : null,
    now,
    id,
  );
}

/** Puts a running task back into the queue, due `delay` milliseconds from now. */
export function* requeueTask(
  id: string,
  { delay, now, countAttempt }: { delay: number; now: number; countAttempt: boolean },
): Work<void> {
  yield* rows(
    `UPDATE task SET state = 'queued', owner = NULL, host = NULL, lease_until = NULL, run_at = ?,
         attempt = attempt - ?
       WHERE id = ?`,
    delay === 0 ? 0 : now + delay,
    countAttempt ? 0 : 1,
    id,
  );
}

/** Writes down that a running task should stop, unless something has said so already. */
export function* interruptTask(id: string, interruption: Interruption): Work<void> {
  const sql = "UPDATE task SET interruption = coalesce(interruption, ?) WHERE id = ?";
  yield* rows(sql, JSON.stringify(interruption), id);
}

/** How a task ends that was interrupted. */
export function endingOf(interruption: Interruption): Ending {
  return interruption.kind === "cancelled"
    ? { state: "cancelled", reason: interruption.reason }
    : { state: "superseded", by: interruption.by };
}

/** How many tasks wait. */
export function* countQueued(): Work<number> {
  return Number((yield* row("SELECT count(*) AS n FROM task WHERE state = 'queued'"))?.n);
}

/** A task by its id. */
export function* getTask(id: string): Work<Task | undefined> {
  const task = yield* row("SELECT * FROM task WHERE id = ?", id);
  return task === undefined ? undefined : toTask(task);
}

/** The task that a delivery has made. */
export function* getTaskOfDelivery(deliveryKey: string): Work<Task | undefined> {
  const sql = "SELECT t.* FROM task t JOIN delivery d ON d.task = t.id WHERE d.id = ?";
  const task = yield* row(sql, deliveryKey);
  return task === undefined ? undefined : toTask(task);
}

/** The tasks that pass a filter, newest first. */
export function* listTasks({ sessionId, state, kind, limit }: TaskFilter): Work<Task[]> {
  // Each condition only where it is asked for, so that an index serves it. Joined to nothing, the
  // state is not looked up where the session already narrows the search.
  const conditions = [
    ...(sessionId === undefined ? [] : ["session = ?"]),
    ...(state === undefined ? [] : [sessionId === undefined ? "state = ?" : "state || '' = ?"]),
    ...(kind === undefined ? [] : ["kind = ?"]),
  ];
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const found = yield* rows(
    `SELECT * FROM task ${where} ORDER BY seq DESC LIMIT ?`,
    ...(sessionId === undefined ? [] : [sessionId]),
    ...(state === undefined ? [] : [state]),
    ...(kind === undefined ? [] : [kind]),
    limit,
  );
  return readable(found);
}

/** What this program understands of some tasks: one that it does not must not hide the others. */
export function readable(tasks: readonly Row[]): Task[] {
  return tasks.map(readTask).flatMap((task) => (task instanceof Error ? [] : [task]));
}

function terminalEvent(ending: Ending): JournalEvent {
  switch (ending.state) {
    case "succeeded":
      return { type: "task.succeeded", data: { result: ending.result } };
    case "failed":
      return { type: "task.failed", data: { error: ending.error } };
    case "cancelled":
      return { type: "task.cancelled", data: { reason: ending.reason } };
    case "superseded":
      return { type: "task.superseded", data: { by: ending.by } };
  }
}
