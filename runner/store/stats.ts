import type { QueueStats } from "./store.ts";
import { row, type Work } from "./work.ts";

/** Numbers of the queue. */
export function* readStats(hostId: string, now: number): Work<QueueStats> {
  const stats = yield* row(
    `SELECT
         (SELECT count(*) FROM task WHERE state = 'queued') AS queued,
         (SELECT count(*) FROM task WHERE state = 'running') AS running,
         (SELECT min(created_at) FROM task WHERE state = 'queued') AS oldest,
         (SELECT min(run_at) FROM task WHERE state = 'queued' AND run_at > ?) AS next,
         (SELECT min(s.holder_until) FROM task t JOIN session s ON s.id = t.session
           WHERE t.state = 'queued' AND t.run_at <= ? AND s.holder <> ? AND s.holder_until > ?)
           AS handed_over`,
    now,
    now,
    hostId,
    now,
  );
  const due = [stats?.next, stats?.handed_over].filter((at) => typeof at === "number");
  return {
    queued: Number(stats?.queued),
    running: Number(stats?.running),
    nextRunAt: due.length === 0 ? undefined : Math.min(...due),
    oldestQueuedAt: typeof stats?.oldest === "number" ? stats.oldest : undefined,
  };
}
