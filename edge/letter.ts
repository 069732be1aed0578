import * as z from "zod";
import { HandOff } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { firstIssue } from "#shared/first-issue.ts";
import { DeadLetter } from "#shared/outbox.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import { TaskError } from "#shared/task.ts";
import type { Parcel } from "./outbox.ts";

/**
 * A hand-off as it is written down, in a table or a message. What it is known by stands beside it,
 * so that one can be listed that another release has written. Times are epoch milliseconds.
 */
export const Letter = z.object({
  task: z.string(),
  session: z.string(),
  forge: z.string(),
  delivery: z.string(),
  kind: z.string(),
  request: z.string(),
  at: z.number(),
  /** JSON. */
  hand_off: z.string(),
});
/** {@link Letter} as a type. */
export type Letter = z.infer<typeof Letter>;

/** Writes a hand-off down. */
export function toLetter({ handOff, requestId }: Parcel, now: number): Letter {
  const { task_id, forge, delivery_id, kind, event } = handOff;
  return {
    task: task_id,
    session: sessionIdOf(event),
    forge,
    delivery: delivery_id,
    kind,
    request: requestId,
    at: now,
    hand_off: JSON.stringify(handOff),
  };
}

/** @throws CicdError that is a refusal when this release can't read it. */
export function readLetter({ hand_off, request }: Letter): Parcel {
  const parsed = HandOff.safeParse(JSON.parse(hand_off));
  if (parsed.success) return { handOff: parsed.data, requestId: request };
  const why = firstIssue(parsed.error);
  const cause = new CicdError("invalid_request", why, { cause: parsed.error });
  throw new CicdError("internal", `Cannot read what the outbox holds: ${why}`, { cause });
}

/** A letter that is dead; `error` is the JSON of a `TaskError`. */
export const DeadRow = Letter.extend({ dead_at: z.number(), error: z.string() });

/** A dead letter as the API shows it. */
export function toDeadLetter(row: z.infer<typeof DeadRow>): DeadLetter {
  return DeadLetter.parse({
    forge: row.forge,
    delivery_id: row.delivery,
    task_id: row.task,
    session_id: row.session,
    kind: row.kind,
    error: TaskError.parse(JSON.parse(row.error)),
    accepted_at: new Date(row.at).toISOString(),
    dead_at: new Date(row.dead_at).toISOString(),
  });
}
