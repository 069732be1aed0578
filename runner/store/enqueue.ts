import type { DatabaseSync } from "node:sqlite";
import type { HandOff } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import type { TaskKind } from "#shared/task.ts";
import { appendEvents } from "./journal-table.ts";
import { prepared } from "./prepared.ts";
import type { Row } from "./rows.ts";
import type { Admission, Interruption } from "./store.ts";
import { countQueued, endingOf, endTask } from "./task-table.ts";

/** Which live tasks of its session a new task makes pointless, by their supersede key. */
const supersedes: Record<TaskKind, string | null> = {
  review: "review",
  ask: null,
  analyze: null,
  test: null,
  help: null,
  cancel: null,
  close: "review",
};

/** The supersede key that a task of a kind is known by; null for one that must always run. */
const supersedeKeys: Record<TaskKind, string | null> = {
  review: "review",
  ask: null,
  analyze: null,
  test: null,
  help: null,
  cancel: null,
  close: null,
};

/** Which live tasks of its session a task of kind `cancel` cancels. */
const cancellable: readonly TaskKind[] = ["review", "ask", "analyze", "test"];

/** What {@link enqueueTask} did, and which other tasks it touched. */
export interface Enqueued {
  readonly admission: Admission;
  readonly touched: readonly string[];
}

/** Takes a hand-off into the tables. Runs in its caller's transaction. */
export function enqueueTask(
  database: DatabaseSync,
  handOff: HandOff,
  { limit, now }: { limit: number; now: number },
): Enqueued {
  const sessionId = sessionIdOf(handOff.event);
  const known = prepared(
    database,
    "SELECT d.task, t.session FROM delivery d JOIN task t ON t.id = d.task WHERE d.id = ?",
  ).get(deliveryKey(handOff));
  if (known !== undefined) {
    const admission = {
      outcome: "duplicate",
      taskId: String(known.task),
      sessionId: String(known.session),
    } as const;
    return { admission, touched: [] };
  }
  if (prepared(database, "SELECT 1 FROM task WHERE id = ?").get(handOff.task_id) !== undefined) {
    throw new CicdError(
      "conflict",
      `Cannot take in delivery ${handOff.delivery_id}: task ${handOff.task_id} is of another one`,
    );
  }
  const pointless = findPointless(database, handOff, sessionId);
  const depth = countQueued(database) - pointless.filter(({ state }) => state === "queued").length;
  if (depth >= limit) return { admission: { outcome: "full", depth }, touched: [] };
  const interruption = interruptionBy(handOff);
  for (const row of pointless) interrupt(database, row, interruption, now);
  insert(database, handOff, sessionId, now);
  appendEvents(
    database,
    handOff.task_id,
    [{ type: "task.queued", data: { kind: handOff.kind } }],
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

/** The live tasks that a hand-off ends. What nobody has allowed yet ends none. */
function findPointless(database: DatabaseSync, { kind, event }: HandOff, sessionId: string): Row[] {
  if (event.type === "comment" && event.authorization !== "verified") return [];
  // By name: SQLite would rather walk through the whole history of the session.
  const live = prepared(
    database,
    `SELECT id, state, kind, supersede_key FROM task INDEXED BY task_live
       WHERE session = ? AND state IN ('queued', 'running')`,
  ).all(sessionId);
  return live.filter((row) =>
    kind === "cancel"
      ? cancellable.some((each) => each === row.kind)
      : row.supersede_key !== null && row.supersede_key === supersedes[kind],
  );
}

function interruptionBy({ kind, event, task_id }: HandOff): Interruption {
  if (kind !== "cancel") return { kind: "superseded", by: task_id };
  return { kind: "cancelled", reason: `Cancelled by ${event.sender.login} in a comment` };
}

function interrupt(
  database: DatabaseSync,
  { id, state }: Row,
  interruption: Interruption,
  now: number,
): void {
  if (state === "queued") {
    endTask(database, String(id), endingOf(interruption), now);
    return;
  }
  prepared(database, "UPDATE task SET interruption = coalesce(interruption, ?) WHERE id = ?").run(
    JSON.stringify(interruption),
    String(id),
  );
}

function insert(database: DatabaseSync, handOff: HandOff, sessionId: string, now: number): void {
  const { repository, pull_request, forge } = handOff.event;
  prepared(
    database,
    `INSERT INTO session(id, forge, host, owner, repository, number, created_at, active_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT(id) DO UPDATE SET active_at = excluded.active_at`,
  ).run(
    sessionId,
    forge,
    repository.host,
    repository.owner,
    repository.name,
    pull_request.number,
    now,
    now,
  );
  prepared(
    database,
    `INSERT INTO task(id, session, delivery, kind, supersede_key, state, run_at, event, message,
         created_at)
       VALUES (?, ?, ?, ?, ?, 'queued', 0, ?, ?, ?)`,
  ).run(
    handOff.task_id,
    sessionId,
    handOff.delivery_id,
    handOff.kind,
    supersedeKeys[handOff.kind],
    JSON.stringify(handOff.event),
    handOff.message ?? null,
    now,
  );
  prepared(database, "INSERT INTO delivery(id, task, at) VALUES (?, ?, ?)").run(
    deliveryKey(handOff),
    handOff.task_id,
    now,
  );
}
