import type { HandOff } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import type { Deliver } from "./deliver.ts";
import type { Outbox, Parcel } from "./outbox.ts";

/** Who takes a delivery: the runner at once, else the outbox for it. */
export interface Takers {
  /** Within the time that the sender can be let wait. */
  readonly deliver: Deliver;
  readonly outbox: Outbox;
}

/** What became of a delivery; of one that is `kept`, why the runner has not got it. */
export type HandedOver = { readonly taskId: string; readonly sessionId: string } & (
  | { readonly outcome: "accepted" | "duplicate" }
  | { readonly outcome: "kept"; readonly reason: string }
);

/**
 * Gives a delivery to the runner, or to the outbox when that is down, late or refuses it. It is
 * durable in one of them when this resolves. The runner may have taken what was kept because its
 * answer was late: it knows the delivery when it comes again.
 * @throws CicdError as {@link Outbox.put} does: nothing durable took it.
 */
export async function handOver(parcel: Parcel, { deliver, outbox }: Takers): Promise<HandedOver> {
  if (await outbox.isBehind(parcel.handOff)) {
    return await keep(parcel, outbox, "an earlier delivery waits");
  }
  try {
    const { outcome, task_id, session_id } = await deliver(parcel);
    return { outcome, taskId: task_id, sessionId: session_id };
  } catch (thrown) {
    return await keep(parcel, outbox, CicdError.from(thrown).code);
  }
}

async function keep(parcel: Parcel, outbox: Outbox, reason: string): Promise<HandedOver> {
  const ids = idsOf(parcel.handOff);
  const known = (await outbox.put(parcel)) === "known";
  return known ? { outcome: "duplicate", ...ids } : { outcome: "kept", reason, ...ids };
}

function idsOf({ task_id, event }: HandOff) {
  return { taskId: task_id, sessionId: sessionIdOf(event) };
}
