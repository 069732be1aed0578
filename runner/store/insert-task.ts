import type { TaskKind } from "#shared/task.ts";
import { appendEvents } from "./journal-table.ts";
import { affinityTime } from "./timing.ts";
import { row, rows, type Work } from "./work.ts";

/** A task that is to be queued. */
export interface NewTask {
  readonly id: string;
  readonly sessionId: string;
  /** As the task shows it. */
  readonly deliveryId: string;
  readonly kind: TaskKind;
  readonly supersedeKey: string | null;
  /** Higher ones first, 0 is usual; within a session it counts for nothing. */
  readonly priority: number;
  /** JSON. */
  readonly event: string;
  /** What somebody asks. */
  readonly message?: string;
  readonly replayOf?: string;
  /** It takes the place of one that has waited: the session's holder gets no more time for it. */
  readonly takesPlace?: boolean;
}

/** Queues a task of a session that is there, and begins its journal. */
export function* insertTask(task: NewTask, now: number): Work<void> {
  const { id, sessionId, kind, replayOf } = task;
  yield* catchUp(sessionId);
  if (task.takesPlace !== true) yield* reserve(sessionId, now);
  yield* rows(
    `INSERT INTO task(id, session, delivery, kind, supersede_key, state, priority, run_at, event,
         message, replay_of, created_at)
       VALUES (?, ?, ?, ?, ?, 'queued', ?, 0, ?, ?, ?, ?)`,
    id,
    sessionId,
    task.deliveryId,
    kind,
    task.supersedeKey,
    task.priority,
    task.event,
    task.message === undefined ? null : JSON.stringify(task.message),
    replayOf ?? null,
    now,
  );
  yield* rows("UPDATE session SET active_at = ? WHERE id = ?", now, sessionId);
  const data = { kind, ...(replayOf !== undefined && { replay_of: replayOf }) };
  yield* appendEvents(id, [{ type: "task.queued", data }], now);
}

/**
 * A repository that had nothing to do gets no credit for that time: it is counted as served as often
 * as the one that was served last had been by then.
 */
function* catchUp(sessionId: string): Work<void> {
  const busy = yield* row(
    `SELECT 1 FROM task t JOIN session s ON s.id = t.session
       WHERE t.state IN ('queued', 'running')
         AND s.repository_id = (SELECT repository_id FROM session WHERE id = ?)
       LIMIT 1`,
    sessionId,
  );
  if (busy !== undefined) return;
  yield* rows(
    `UPDATE repository SET served = (SELECT max(served) - 1 FROM repository)
       WHERE id = (SELECT repository_id FROM session WHERE id = ?)
         AND served < (SELECT max(served) - 1 FROM repository)`,
    sessionId,
  );
}

/** Leaves the session to its holder for a while, when nothing of it waits yet. */
function* reserve(sessionId: string, now: number): Work<void> {
  yield* rows(
    `UPDATE session SET holder_until = ? WHERE id = ? AND NOT EXISTS (
         SELECT 1 FROM task INDEXED BY task_live
         WHERE task.session = session.id AND state IN ('queued', 'running')
           AND state = 'queued')`,
    now + affinityTime,
    sessionId,
  );
}
