import { v7 } from "uuid";
import { CicdError } from "#shared/error.ts";
import type { Task } from "#shared/task.ts";
import type { DeadLetterFilter, Replayed } from "./cluster.ts";
import { insertTask } from "./insert-task.ts";
import { toTask } from "./rows.ts";
import { countQueued, readable } from "./task-table.ts";
import { type Clock, lock, row, rows, type Work } from "./work.ts";

/** The failed tasks that pass a filter and were not replayed, the latest first. */
export function* listDeadLetters(filter: DeadLetterFilter): Work<Task[]> {
  const { code, repository, since, limit } = filter;
  const conditions = [
    ...(code === undefined ? [] : ["t.error_code = ?"]),
    ...(repository === undefined ? [] : ["s.owner || '/' || s.repository = ?"]),
    ...(since === undefined ? [] : ["t.ended_at >= ?"]),
  ];
  const found = yield* rows(
    `SELECT t.* FROM task t JOIN session s ON s.id = t.session
       WHERE ${["t.state = 'failed'", notReplayed, ...conditions].join(" AND ")}
       ORDER BY t.ended_at DESC, t.seq DESC LIMIT ?`,
    ...[code, repository, since].filter((value) => value !== undefined),
    limit,
  );
  return readable(found);
}

/** What failed again is a dead letter in place of the one that it repeats. */
const notReplayed = "NOT EXISTS (SELECT 1 FROM task AS r WHERE r.replay_of = t.id)";

/** Queues a failed task once more, as a new one; undefined when there is no such task. */
export function* replayTask(
  failedId: string,
  { limit, now }: { limit: number; now: Clock },
): Work<Replayed | undefined> {
  const known = yield* row("SELECT session FROM task WHERE id = ?", failedId);
  if (known === undefined) return undefined;
  const sessionId = String(known.session);
  yield* lock(sessionId);
  const stored = yield* row("SELECT * FROM task WHERE id = ?", failedId);
  if (stored === undefined) return undefined;
  if (stored.state !== "failed") {
    throw new CicdError("conflict", `Cannot replay task ${failedId}: it is ${stored.state}`, {
      hint: "Only tasks that ended as failed can be replayed",
    });
  }
  const failed = toTask(stored);
  const earlier = yield* row(
    "SELECT id FROM task WHERE replay_of = ? AND state IN ('queued', 'running') LIMIT 1",
    failedId,
  );
  if (earlier !== undefined) {
    return { outcome: "duplicate", taskId: String(earlier.id), sessionId };
  }
  const depth = yield* countQueued();
  if (depth >= limit) return { outcome: "full", depth };
  const taskId = v7();
  const task = {
    id: taskId,
    sessionId,
    deliveryId: failed.delivery_id,
    kind: failed.kind,
    supersedeKey: typeof stored.supersede_key === "string" ? stored.supersede_key : null,
    priority: Number(stored.priority),
    event: JSON.stringify(failed.event),
    ...(failed.message !== null && { message: failed.message }),
    replayOf: failedId,
  };
  yield* insertTask(task, now());
  return { outcome: "accepted", taskId, sessionId };
}
