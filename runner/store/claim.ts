import type { TaskError } from "#shared/task.ts";
import { Traceparent } from "#shared/trace.ts";
import { appendEvents } from "./journal-table.ts";
import { readTask } from "./rows.ts";
import { takeSession } from "./session-table.ts";
import type { Claim } from "./store.ts";
import { endTask } from "./task-table.ts";
import { leaseTime } from "./timing.ts";
import { type Clock, lock, type Row, row, rows, type Work } from "./work.ts";

/** How many tasks may run at once on all hosts together; 0 is any number. */
export interface RunningLimits {
  readonly perRepository: number;
  readonly perForge: number;
}

/** Who claims, and when. */
export interface Claimant {
  /** New for each claim. */
  readonly owner: string;
  readonly hostId: string;
  /** How journals call the host. */
  readonly host: string;
  readonly limits: RunningLimits;
  readonly now: Clock;
}

/** What {@link claimTask} found: besides the claim, tasks that it had to end to get on. */
export interface Claimed {
  readonly claim: Claim | undefined;
  readonly ended: readonly string[];
}

/** Marks the next task that may run as running. Claims of all hosts go one after the other. */
export function* claimTask(claimant: Claimant): Work<Claimed> {
  const { owner, hostId, host } = claimant;
  const ended: string[] = [];
  yield* lock("claim");
  for (;;) {
    const next = yield* nextTask(claimant, claimant.now());
    if (next === undefined) return { claim: undefined, ended };
    const id = String(next.id);
    yield* lock(String(next.session));
    const now = claimant.now();
    const claimed = yield* row(
      `UPDATE task SET state = 'running', owner = ?, host = ?, lease_until = ?,
           attempt = attempt + 1, started_at = coalesce(started_at, ?)
         WHERE id = ? AND state = 'queued'
         RETURNING *`,
      owner,
      hostId,
      now + leaseTime,
      now,
      id,
    );
    // It was cancelled or superseded until its session was locked.
    if (claimed === undefined) continue;
    const task = readTask(claimed);
    if (task instanceof Error) {
      yield* endTask(id, { state: "failed", error: unreadable(task) }, now);
      ended.push(id);
      continue;
    }
    yield* takeSession(task.session_id, hostId);
    yield* countServed(String(next.repository_id));
    const started = { attempt: task.attempt, host };
    yield* appendEvents(id, [{ type: "task.started", data: started }], now);
    const fence = { owner, attempt: task.attempt };
    const { data: traceparent } = Traceparent.safeParse(claimed.traceparent);
    return { claim: { task, fence, traceparent }, ended };
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

/**
 * The task that is next: due, the first of its session that lives, and its session free for this
 * host. Of those the one whose session has the highest priority waiting, then of the repository that
 * was served least.
 */
function nextTask({ hostId, limits }: Claimant, now: number): Work<Row | undefined> {
  const { perRepository, perForge } = limits;
  return row(
    `SELECT t.id, t.session, s.repository_id
       FROM task t JOIN session s ON s.id = t.session JOIN repository r ON r.id = s.repository_id
       WHERE t.state = 'queued' AND t.run_at <= ?
         AND NOT EXISTS (
           SELECT 1 FROM task earlier
           WHERE earlier.session = t.session AND earlier.seq < t.seq
             AND earlier.state IN ('queued', 'running'))
         AND (s.holder IS NULL OR s.holder = ? OR s.holder_until <= ? OR NOT EXISTS (
           SELECT 1 FROM host WHERE host.id = s.holder AND draining = 0 AND seen_at > ?))
         AND (? = 0 OR ? > (
           SELECT count(*) FROM task o JOIN session os ON os.id = o.session
           WHERE o.state = 'running' AND os.repository_id = s.repository_id))
         AND (? = 0 OR ? > (
           SELECT count(*) FROM task o JOIN session os ON os.id = o.session
           WHERE o.state = 'running' AND os.forge = s.forge))
       ORDER BY (
         SELECT max(w.priority) FROM task w INDEXED BY task_live
         WHERE w.session = t.session AND w.state IN ('queued', 'running')) DESC, r.served, t.seq
       LIMIT 1`,
    now,
    hostId,
    now,
    now - leaseTime,
    perRepository,
    perRepository,
    perForge,
    perForge,
  );
}

/**
 * One more for a repository. The time that it had nothing to do, or was not let, is no credit: it
 * counts as served as often as the one that is ahead had been before its last time.
 */
function* countServed(repositoryId: string): Work<void> {
  const ahead = yield* row("SELECT max(served) AS served FROM repository");
  const least = Number(ahead?.served) - 1;
  yield* rows(
    "UPDATE repository SET served = 1 + CASE WHEN served < ? THEN ? ELSE served END WHERE id = ?",
    least,
    least,
    repositoryId,
  );
}

function unreadable({ message }: Error): TaskError {
  return { code: "internal", category: "platform", message };
}
