import type { DeliveredKind, HandOff } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import { appendEvents } from "./journal-table.ts";
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
  { limit, now }: { limit: number; now: number },
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
  yield* insert(handOff, sessionId, now);
  const event = { type: "task.queued", data: { kind: handOff.kind } } as const;
  yield* appendEvents(handOff.task_id, [event], now);
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

function* insert(handOff: HandOff, sessionId: string, now: number): Work<void> {
  const { repository, pull_request, forge } = handOff.event;
  yield* rows(
    `INSERT INTO session(id, forge, host, owner, repository, number, created_at, active_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT(id) DO UPDATE SET active_at = excluded.active_at`,
    sessionId,
    forge,
    repository.host,
    repository.owner,
    repository.name,
    pull_request.number,
    now,
    now,
  );
  yield* rows(
    `INSERT INTO task(id, session, delivery, kind, supersede_key, state, run_at, event, created_at)
       VALUES (?, ?, ?, ?, ?, 'queued', 0, ?, ?)`,
    handOff.task_id,
    sessionId,
    handOff.delivery_id,
    handOff.kind,
    supersedeKeys[handOff.kind],
    JSON.stringify(handOff.event),
    now,
  );
  yield* rows(
    "INSERT INTO delivery(id, task, at) VALUES (?, ?, ?)",
    deliveryKey(handOff),
    handOff.task_id,
    now,
  );
}
