import * as z from "zod";
import { Forge } from "./event.ts";
import { TaskError, TaskKind } from "./task.ts";

/**
 * A delivery that the edge has accepted and can't hand to the runner: it waits until a person has
 * mended the cause and replays it. Times are ISO 8601 in UTC.
 */
export const DeadLetter = z.object({
  forge: Forge,
  delivery_id: z.string(),
  task_id: z.uuid(),
  session_id: z.uuid(),
  kind: TaskKind,
  error: TaskError,
  accepted_at: z.iso.datetime(),
  dead_at: z.iso.datetime(),
});
/** {@link DeadLetter} as a type. */
export type DeadLetter = z.infer<typeof DeadLetter>;

/** `GET /v1/outbox/dead`: the oldest first. */
export const DeadLetterList = z.object({ dead: z.array(DeadLetter) });
/** {@link DeadLetterList} as a type. */
export type DeadLetterList = z.infer<typeof DeadLetterList>;

/** `POST /v1/outbox/dead/{delivery_id}/replay` and `.../dead/replay`: how many wait again. */
export const ReplayAnswer = z.object({ replayed: z.int().nonnegative() });
/** {@link ReplayAnswer} as a type. */
export type ReplayAnswer = z.infer<typeof ReplayAnswer>;

/** What the edge keeps until the runner takes it; null where the platform does not tell. */
export const OutboxHealth = z.object({
  /** Deliveries that wait to be handed over. */
  depth: z.int().nonnegative().nullable(),
  /** How long the oldest of them has waited, in seconds; 0 when there is none. */
  oldest_seconds: z.number().nonnegative().nullable(),
  /** Dead letters. */
  dead: z.int().nonnegative(),
});
/** {@link OutboxHealth} as a type. */
export type OutboxHealth = z.infer<typeof OutboxHealth>;
