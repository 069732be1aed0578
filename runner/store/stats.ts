import type { QueueStats } from "./store.ts";
import { row, type Work } from "./work.ts";

/** Numbers of the queue. */
export function* readStats(now: number): Work<QueueStats> {
  const stats = yield* row(
    `SELECT
         (SELECT count(*) FROM task WHERE state = 'queued') AS queued,
         (SELECT count(*) FROM task WHERE state = 'running') AS running,
         (SELECT min(run_at) FROM task WHERE state = 'queued' AND run_at > ?) AS next`,
    now,
  );
  return {
    queued: Number(stats?.queued),
    running: Number(stats?.running),
    nextRunAt: typeof stats?.next === "number" ? stats.next : undefined,
  };
}
