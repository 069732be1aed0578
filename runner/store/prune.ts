import { lock, row, rows, type SqlValue, type Work } from "./work.ts";

/** How many tasks one step takes. */
const stepSize = 100;

/** Forgets some tasks that ended before a time, and all that belongs to them; gives their ids. */
export function* pruneTasks(before: number): Work<string[]> {
  const old = yield* rows(
    "SELECT id FROM task WHERE ended_at < ? ORDER BY ended_at LIMIT ?",
    before,
    stepSize,
  );
  const ids = old.map(({ id }) => String(id));
  if (ids.length === 0) return [];
  yield* rows(`DELETE FROM event WHERE task IN ${listOf(ids)}`, ...ids);
  yield* rows(`DELETE FROM delivery WHERE task IN ${listOf(ids)}`, ...ids);
  yield* rows(`DELETE FROM task WHERE id IN ${listOf(ids)}`, ...ids);
  return ids;
}

/**
 * Forgets some sessions that nothing is left of, or that a host has which is no more: nobody else
 * would ever let go of what that had. Gives their ids.
 */
export function* pruneSessions(before: number): Work<string[]> {
  const nothingLeft = `NOT EXISTS (SELECT 1 FROM task WHERE task.session = session.id)
    AND ((conversation IS NULL AND workspace IS NULL)
      OR NOT EXISTS (SELECT 1 FROM host WHERE host.id = session.holder))`;
  const empty = yield* rows(
    `SELECT id FROM session WHERE active_at < ? AND ${nothingLeft} ORDER BY active_at LIMIT ?`,
    before,
    stepSize,
  );
  // In the same order for all hosts, which would wait for each other else.
  const ids = empty.map(({ id }) => String(id)).toSorted();
  for (const id of ids) {
    yield* lock(id);
    yield* rows(`DELETE FROM session WHERE id = ? AND ${nothingLeft}`, id);
  }
  return ids;
}

/**
 * Shortens the journals of tasks that have ended to their terminal entry, the oldest first, while
 * all of them together take more than so many bytes; gives the ids of some tasks.
 */
export function* pruneJournals(maxBytes: number): Work<string[]> {
  const total = yield* row(
    "SELECT CAST(coalesce(sum(journal_bytes), 0) AS BIGINT) AS bytes FROM task",
  );
  let excess = Number(total?.bytes) - maxBytes;
  const pruned: string[] = [];
  if (excess <= 0) return pruned;
  const oldest = yield* rows(
    `SELECT id, journal_bytes FROM task WHERE ended_at IS NOT NULL AND journal_bytes > 0
       ORDER BY ended_at LIMIT ?`,
    stepSize,
  );
  for (const { id, journal_bytes } of oldest) {
    if (excess <= 0) break;
    pruned.push(String(id));
    excess -= Number(journal_bytes);
    yield* rows(
      `DELETE FROM event WHERE task = ? AND n < (SELECT max(n) FROM event last WHERE last.task = ?)`,
      String(id),
      String(id),
    );
    // Not what is left: that stays as long as the task, and there is nothing more to win.
    yield* rows("UPDATE task SET journal_bytes = 0 WHERE id = ?", String(id));
  }
  return pruned;
}

function listOf(values: readonly SqlValue[]): string {
  return `(${values.map(() => "?").join(", ")})`;
}
