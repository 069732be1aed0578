import type { TaskKind } from "#shared/task.ts";
import { appendEvents } from "./journal-table.ts";
import { affinityTime } from "./timing.ts";
import { rows, type Work } from "./work.ts";

/** A task that is to be queued. */
export interface NewTask {
  readonly id: string;
  readonly sessionId: string;
  /** As the task shows it. */
  readonly deliveryId: string;
  readonly kind: TaskKind;
  readonly supersedeKey: string | null;
  /** 0 is usual; higher ones first. */
  readonly priority: number;
  /** JSON. */
  readonly event: string;
  /** What somebody asks or says with a command, or what failed. */
  readonly message?: string;
  readonly replayOf?: string;
  /** The step of a trace that brought it. */
  readonly traceparent?: string | undefined;
  readonly force?: boolean;
  /** The tasks that it ends by superseding them. */
  readonly supersedes?: readonly string[];
  /** It takes the place of one that has waited: the session's holder gets no more time for it. */
  readonly takesPlace?: boolean;
  /** It decides what becomes of its pull request, which had last changed then; epoch milliseconds. */
  readonly decidedAt?: number | undefined;
}

/** Queues a task of a session that is there, and begins its journal. */
export function* insertTask(task: NewTask, now: number): Work<void> {
  const { id, sessionId, kind, replayOf, force, supersedes = [], decidedAt } = task;
  if (task.takesPlace !== true) yield* reserve(sessionId, now);
  yield* rows(
    `INSERT INTO task(id, session, delivery, kind, supersede_key, state, priority, run_at, event,
         message, replay_of, traceparent, created_at)
       VALUES (?, ?, ?, ?, ?, 'queued', ?, 0, ?, ?, ?, ?, ?)`,
    id,
    sessionId,
    task.deliveryId,
    kind,
    task.supersedeKey,
    task.priority,
    task.event,
    task.message === undefined ? null : JSON.stringify(task.message),
    replayOf ?? null,
    task.traceparent ?? null,
    now,
  );
  yield* rows(
    `UPDATE session SET active_at = ?, decider = coalesce(?, decider),
         decided_at = coalesce(?, decided_at)
       WHERE id = ?`,
    now,
    decidedAt === undefined ? null : id,
    decidedAt ?? null,
    sessionId,
  );
  const data = {
    kind,
    ...(replayOf !== undefined && { replay_of: replayOf }),
    ...(force === true && { force }),
    ...(supersedes.length > 0 && { supersedes: [...supersedes] }),
  };
  yield* appendEvents(id, [{ type: "task.queued", data }], now);
}

/** Leaves the session to its holder for a while, when nothing of it waits yet. */
function* reserve(sessionId: string, now: number): Work<void> {
  // By name: SQLite would rather walk through the whole history of the session.
  yield* rows(
    `UPDATE session SET holder_until = ? WHERE id = ? AND NOT EXISTS (
         SELECT 1 FROM task INDEXED BY task_live
         WHERE task.session = session.id AND state IN ('queued', 'running') AND state = 'queued')`,
    now + affinityTime,
    sessionId,
  );
}
