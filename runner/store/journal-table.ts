import type { JournalEntry, JournalEvent } from "#shared/journal.ts";
import { toEntry } from "./rows.ts";
import { row, rows, type Work } from "./work.ts";

/** How many events one statement inserts; there are as many texts of it. */
const batchSize = 50;

/** Adds events behind the last of a task, numbered without a gap. Its session is locked. */
export function* appendEvents(
  taskId: string,
  events: readonly JournalEvent[],
  now: number,
): Work<void> {
  if (events.length === 0) return;
  const first = (yield* lastEvent(taskId)) + 1;
  for (let from = 0; from < events.length; from += batchSize) {
    const batch = events.slice(from, from + batchSize);
    yield* rows(
      `INSERT INTO event(task, n, at, type, data) VALUES ${batch.map(() => "(?, ?, ?, ?, ?)").join(", ")}`,
      ...batch.flatMap(({ type, data }, index) => [
        taskId,
        first + from + index,
        now,
        type,
        JSON.stringify(data),
      ]),
    );
  }
}

/** The sequence number of a task's last entry; 0 when there is none. */
export function* lastEvent(taskId: string): Work<number> {
  const last = yield* row("SELECT coalesce(max(n), 0) AS n FROM event WHERE task = ?", taskId);
  return Number(last?.n ?? 0);
}

/** The entries of a task after sequence number `after`, at most `limit`; none when it is unknown. */
export function* readEvents(taskId: string, after: number, limit: number): Work<JournalEntry[]> {
  const task = yield* row("SELECT session FROM task WHERE id = ?", taskId);
  if (task === undefined) return [];
  const entries = yield* rows(
    "SELECT n, at, type, data FROM event WHERE task = ? AND n > ? ORDER BY n LIMIT ?",
    taskId,
    after,
    limit,
  );
  return entries.map((entry) => toEntry(entry, taskId, String(task.session)));
}
