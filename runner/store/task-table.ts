import type { DatabaseSync } from "node:sqlite";
import type { JournalEvent } from "#shared/journal.ts";
import type { TaskError } from "#shared/task.ts";
import { appendEvents } from "./journal-table.ts";
import { prepared } from "./prepared.ts";
import { type Row, toInterruption } from "./rows.ts";
import type { Interruption, Outcome, TaskFilter } from "./store.ts";

/** How a task can end for good. */
export type Ending = Exclude<Outcome, { state: "queued" | "released" }>;

/** Ends a task with its terminal event. Runs in its caller's transaction, as all of these. */
export function endTask(database: DatabaseSync, id: string, ending: Ending, now: number): void {
  const result = ending.state === "succeeded" ? JSON.stringify(ending.result) : null;
  const error = ending.state === "failed" ? JSON.stringify(ending.error) : null;
  prepared(
    database,
    `UPDATE task SET state = ?, result = ?, error = ?, ended_at = ?, owner = NULL,
         interruption = NULL
       WHERE id = ?`,
  ).run(ending.state, result, error, now, id);
  appendEvents(database, id, [terminalEvent(ending)], now);
}

/** Puts a running task back into the queue, due `delay` milliseconds from now. */
export function requeueTask(
  database: DatabaseSync,
  id: string,
  { delay, now, countAttempt }: { delay: number; now: number; countAttempt: boolean },
): void {
  prepared(
    database,
    `UPDATE task SET state = 'queued', owner = NULL, run_at = ?, attempt = attempt - ?
       WHERE id = ?`,
  ).run(delay === 0 ? 0 : now + delay, countAttempt ? 0 : 1, id);
}

/** The next task that may run, marked as running. */
export function claimTask(database: DatabaseSync, owner: string, now: number): Row | undefined {
  return prepared(
    database,
    `UPDATE task SET state = 'running', owner = ?1, attempt = attempt + 1,
         started_at = coalesce(started_at, ?2)
       WHERE seq = (
         SELECT seq FROM task AS t
         WHERE state = 'queued' AND run_at <= ?2 AND NOT EXISTS (
           SELECT 1 FROM task AS earlier
           WHERE earlier.session = t.session AND earlier.seq < t.seq
             AND earlier.state IN ('queued', 'running'))
         ORDER BY seq LIMIT 1)
       RETURNING *`,
  ).get(owner, now);
}

/** How many tasks wait. */
export function countQueued(database: DatabaseSync): number {
  const row = prepared(database, "SELECT count(*) AS n FROM task WHERE state = 'queued'").get();
  return Number(row?.n);
}

/** The tasks that pass a filter, newest first. */
export function listTasks(database: DatabaseSync, { sessionId, state, limit }: TaskFilter): Row[] {
  const given = { ...(sessionId && { sessionId }), ...(state && { state }) };
  // Each condition only where it is asked for, so that an index serves it. The plus keeps the state
  // from being looked up where the session already narrows the search.
  const conditions = [
    ...(sessionId === undefined ? [] : ["session = :sessionId"]),
    ...(state === undefined ? [] : [`${sessionId === undefined ? "" : "+"}state = :state`]),
  ];
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const sql = `SELECT * FROM task ${where} ORDER BY seq DESC LIMIT :limit`;
  return prepared(database, sql).all({ ...given, limit });
}

/** How often a host may die under a task before the task is given up. */
const crashBudget = 3;

/**
 * Settles the tasks that an earlier run of this host left running: those that were to stop end so,
 * the others run again, and one under which the host died too often fails.
 */
export function reapTasks(database: DatabaseSync, now: number): void {
  const rows = prepared(database, "SELECT * FROM task WHERE state = 'running'").all();
  for (const row of rows) {
    const id = String(row.id);
    const interruption = toInterruption(row.interruption);
    const crashes = Number(row.crashes) + 1;
    if (interruption !== undefined) {
      endTask(database, id, endingOf(interruption), now);
    } else if (crashes >= crashBudget) {
      endTask(database, id, { state: "failed", error: crashed(crashes) }, now);
    } else {
      prepared(database, "UPDATE task SET crashes = ? WHERE id = ?").run(crashes, id);
      const retrying = { attempt: Number(row.attempt), delay_ms: 0, error: crashed(crashes) };
      appendEvents(database, id, [{ type: "task.retrying", data: retrying }], now);
      requeueTask(database, id, { delay: 0, now, countAttempt: false });
    }
  }
}

/** How a task ends that was interrupted. */
export function endingOf(interruption: Interruption): Ending {
  return interruption.kind === "cancelled"
    ? { state: "cancelled", reason: interruption.reason }
    : { state: "superseded", by: interruption.by };
}

function crashed(crashes: number): TaskError {
  return {
    code: "host_restarted",
    category: "platform",
    message: `Runner ended while it ran this task: ${crashes} of ${crashBudget} times`,
  };
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
