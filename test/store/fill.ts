import type { Place } from "./place.ts";

/**
 * Gives the sessions that a store knows tasks that have ended, as many for each, with two journal
 * entries and a delivery.
 */
export async function fillTasks(place: Place, count: number): Promise<void> {
  const [known] = await place.alter("SELECT count(*) AS n FROM session");
  const each = Math.ceil(count / Number(known?.n));
  await place.alter(
    `INSERT INTO task(id, session, delivery, kind, supersede_key, state, priority, run_at, event,
         created_at, ended_at, journal_bytes)
       ${numbersTo(each)} SELECT 't' || i || s.id, s.id, 'd' || i || s.id, 'review', 'review',
         'succeeded', 0, 0, '{}', i, ${place.now} + i, 4 FROM n, session s ORDER BY i`,
  );
  await place.alter(
    `INSERT INTO delivery(id, task, at)
       SELECT 'github:' || delivery, id, created_at FROM task WHERE event = '{}'`,
  );
  await place.alter(
    `INSERT INTO event(task, n, at, type, data)
       SELECT id, k, 0, 'task.queued', '{}' FROM task, (SELECT 1 AS k UNION SELECT 2) AS two
       WHERE event = '{}'`,
  );
}

/** The head of a statement that selects from `n(i)`, the numbers from 1 on. */
export function numbersTo(count: number): string {
  return `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
}
