import type { HandOff } from "#shared/api.ts";
import { caseless } from "#shared/caseless.ts";
import { CicdError } from "#shared/error.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import { insertTask } from "./insert-task.ts";
import { findStanding, interruptionBy, supersedeKeys } from "./pointless.ts";
import type { Admission, Interruption, QueueOptions } from "./store.ts";
import { countQueued, endingOf, endTask, interruptTask } from "./task-table.ts";
import { type Clock, lock, type Row, row, rows, type Work } from "./work.ts";

/** What {@link enqueueTask} did, and which other tasks it touched. */
export interface Enqueued {
  readonly admission: Admission;
  readonly touched: readonly string[];
}

/** How a hand-off is queued. */
interface EnqueueOptions extends Pick<QueueOptions, "limit"> {
  readonly priority: number;
  readonly waited: number;
  readonly now: Clock;
}

/** Takes a hand-off into the tables. */
export function* enqueueTask(
  handOff: HandOff,
  { limit, priority, waited, now: clock }: EnqueueOptions,
): Work<Enqueued> {
  const sessionId = sessionIdOf(handOff.event);
  yield* lock(sessionId);
  const now = clock();
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
  const { pointless, overtakenBy, decidedAt } = yield* findStanding(handOff, sessionId, waited);
  const queued = yield* countQueued();
  const depth = queued - pointless.filter(({ state }) => state === "queued").length;
  // One that is over at once does not wait.
  if (depth >= limit && overtakenBy === undefined) {
    return { admission: { outcome: "full", depth }, touched: [] };
  }
  const interruption = interruptionBy(handOff);
  for (const task of pointless) yield* end(task, interruption, now);
  const ended = pointless.map(({ id }) => String(id));
  yield* insertSession(handOff, sessionId, now);
  const task = {
    id: handOff.task_id,
    sessionId,
    deliveryId: handOff.delivery_id,
    kind: handOff.kind,
    supersedeKey: supersedeKeys[handOff.kind] ?? null,
    priority,
    event: JSON.stringify(handOff.event),
    ...(handOff.message !== undefined && { message: handOff.message }),
    traceparent: handOff.trace?.traceparent,
    ...(handOff.force !== undefined && { force: handOff.force }),
    ...(interruption.kind === "superseded" && { supersedes: ended }),
    takesPlace: depth < queued,
    decidedAt,
  };
  yield* insertTask(task, now);
  if (overtakenBy !== undefined) {
    yield* endTask(task.id, { state: "superseded", by: overtakenBy }, now);
  }
  yield* rows(
    "INSERT INTO delivery(id, task, at) VALUES (?, ?, ?)",
    deliveryKey(handOff),
    handOff.task_id,
    now,
  );
  const admission = { outcome: "accepted", taskId: handOff.task_id, sessionId } as const;
  return { admission, touched: ended };
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

function* end({ id, state }: Row, interruption: Interruption, now: number): Work<void> {
  if (state === "queued") yield* endTask(String(id), endingOf(interruption), now);
  else yield* interruptTask(String(id), interruption);
}

function* insertSession(handOff: HandOff, sessionId: string, now: number): Work<void> {
  const { repository, pull_request, forge } = handOff.event;
  const { host, owner, name } = caseless(repository);
  const repositoryId = `${forge}:${host}/${owner}/${name}`;
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
