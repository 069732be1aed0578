import { appendEvents } from "./journal-table.ts";
import { toTask } from "./rows.ts";
import type { Claim } from "./store.ts";
import { lock, row, type Work } from "./work.ts";

/** Who claims: `owner` is new for each claim, `host` is how journals call the host. */
export interface Claimant {
  readonly owner: string;
  readonly host: string;
  readonly now: number;
}

/** Marks the next task that may run as running. Claims go one after the other. */
export function* claimTask({ owner, host, now }: Claimant): Work<Claim | undefined> {
  yield* lock("claim");
  for (;;) {
    const next = yield* row(
      `SELECT id, session FROM task AS t
         WHERE state = 'queued' AND run_at <= ? AND NOT EXISTS (
           SELECT 1 FROM task AS earlier
           WHERE earlier.session = t.session AND earlier.seq < t.seq
             AND earlier.state IN ('queued', 'running'))
         ORDER BY seq LIMIT 1`,
      now,
    );
    if (next === undefined) return undefined;
    yield* lock(String(next.session));
    // What has happened to it until the session was locked: then another one is next.
    const claimed = yield* row(
      `UPDATE task SET state = 'running', owner = ?, attempt = attempt + 1,
           started_at = coalesce(started_at, ?)
         WHERE id = ? AND state = 'queued'
         RETURNING *`,
      owner,
      now,
      String(next.id),
    );
    if (claimed === undefined) continue;
    const task = toTask(claimed);
    const started = { attempt: task.attempt, host };
    yield* appendEvents(task.id, [{ type: "task.started", data: started }], now);
    return { task, fence: { owner, attempt: task.attempt } };
  }
}

/** Whether a claim is still the current one of its task; locks the session. */
export function* holdsClaim({ task, fence }: Claim): Work<boolean> {
  yield* lock(task.session_id);
  const held = yield* row(
    "SELECT 1 FROM task WHERE id = ? AND owner = ? AND attempt = ? AND state = 'running'",
    task.id,
    fence.owner,
    fence.attempt,
  );
  return held !== undefined;
}
