import type { DeliveredKind, HandOff } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import { insertTask } from "./insert-task.ts";
import type { Admission, Interruption } from "./store.ts";
import { countQueued, endTask, interruptTask } from "./task-table.ts";
import { lock, type Row, row, rows, type Work } from "./work.ts";

/** Which live tasks of its session a new task makes pointless, by their supersede key. */
const supersedes: Record<DeliveredKind, string> = { review: "review", close: "review" };

/** The supersede key that a task of a kind is known by; null for one that must always run. */
const supersedeKeys: Record<DeliveredKind, string | null> = { review: "review", close: null };

/** What {@link enqueueTask} did, and which other tasks it touched. */
export interface Enqueued {
  readonly admission: Admission;
  readonly touched: readonly string[];
}

/** Takes a hand-off into the tables. */
export function* enqueueTask(
  handOff: HandOff,
  { limit, priority, now }: { limit: number; priority: number; now: number },
): Work<Enqueued> {
  const sessionId = sessionIdOf(handOff.event);
  yield* lock(sessionId);
  const known = yield* row(
    "SELECT d.task, t.session FROM delivery d JOIN task t ON t.id = d.task WHERE d.id = ?",
    deliveryKey(handOff),
  );
  if (known !== undefined) {
    const admission = {
      outcome: "duplicate",
      taskId: String(known.task),
      sessionId: String(known.session),
    } as const;
    return { admission, touched: [] };
  }
  if ((yield* row("SELECT 1 FROM task WHERE id = ?", handOff.task_id)) !== undefined) {
    throw new CicdError(
      "conflict",
      `Cannot take in delivery ${handOff.delivery_id}: task ${handOff.task_id} is of another one`,
    );
  }
  // By name: SQLite would rather walk through the whole history of the session.
  const pointless = yield* rows(
    `SELECT id, state FROM task INDEXED BY task_live
       WHERE session = ? AND supersede_key = ? AND state IN ('queued', 'running')`,
    sessionId,
    supersedes[handOff.kind],
  );
  const queued = yield* countQueued();
  const depth = queued - pointless.filter(({ state }) => state === "queued").length;
  if (depth >= limit) return { admission: { outcome: "full", depth }, touched: [] };
  for (const task of pointless) yield* supersede(task, handOff.task_id, now);
  yield* insertSession(handOff, sessionId, now);
  const task = {
    id: handOff.task_id,
    sessionId,
    deliveryId: handOff.delivery_id,
    kind: handOff.kind,
    supersedeKey: supersedeKeys[handOff.kind],
    priority,
    event: JSON.stringify(handOff.event),
    takesPlace: depth < queued,
  };
  yield* insertTask(task, now);
  yield* rows(
    "INSERT INTO delivery(id, task, at) VALUES (?, ?, ?)",
    deliveryKey(handOff),
    handOff.task_id,
    now,
  );
  const admission = { outcome: "accepted", taskId: handOff.task_id, sessionId } as const;
  return { admission, touched: pointless.map(({ id }) => String(id)) };
}

/** The key that a delivery is known by: ids of different forges may be the same. */
export function deliveryKey({
  forge,
  delivery_id,
}: {
  forge: string;
  delivery_id: string;
}): string {
  return `${forge}:${delivery_id}`;
}

function* supersede({ id, state }: Row, by: string, now: number): Work<void> {
  const superseded = { kind: "superseded", by } satisfies Interruption;
  if (state === "queued") yield* endTask(String(id), { state: "superseded", by }, now);
  else yield* interruptTask(String(id), superseded);
}

function* insertSession(handOff: HandOff, sessionId: string, now: number): Work<void> {
  const { repository, pull_request, forge } = handOff.event;
  const repositoryId = `${forge}:${repository.host}/${repository.owner}/${repository.name}`;
  yield* rows(
    "INSERT INTO repository(id, served) VALUES (?, 0) ON CONFLICT(id) DO NOTHING",
    repositoryId,
  );
  yield* rows(
    `INSERT INTO session(id, forge, host, owner, repository, repository_id, number, holder_until,
         created_at, active_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)
       ON CONFLICT(id) DO NOTHING`,
    sessionId,
    forge,
    repository.host,
    repository.owner,
    repository.name,
    repositoryId,
    pull_request.number,
    now,
    now,
  );
}
