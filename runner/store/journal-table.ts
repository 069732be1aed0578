import type { DatabaseSync } from "node:sqlite";
import type { JournalEntry, JournalEvent } from "#shared/journal.ts";
import { prepared } from "./prepared.ts";
import { toEntry } from "./rows.ts";

/** Adds events behind the last of a task, numbered without a gap. Runs in its caller's transaction. */
export function appendEvents(
  database: DatabaseSync,
  taskId: string,
  events: readonly JournalEvent[],
  now: number,
): void {
  const last = prepared(database, "SELECT coalesce(max(n), 0) AS n FROM event WHERE task = ?").get(
    taskId,
  );
  let n = Number(last?.n ?? 0);
  const insert = prepared(
    database,
    "INSERT INTO event(task, n, at, type, data) VALUES (?, ?, ?, ?, ?)",
  );
  for (const { type, data } of events) {
    n += 1;
    insert.run(taskId, n, now, type, JSON.stringify(data));
  }
}

/** The entries of a task after sequence number `after`, at most `limit`. */
export function readEvents(
  database: DatabaseSync,
  task: { id: string; sessionId: string },
  after: number,
  limit: number,
): JournalEntry[] {
  return prepared(
    database,
    "SELECT n, at, type, data FROM event WHERE task = ? AND n > ? ORDER BY n LIMIT ?",
  )
    .all(task.id, after, limit)
    .map((row) => toEntry(row, task.id, task.sessionId));
}
