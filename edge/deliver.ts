import type { HandOff, HandOffAnswer } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { unlessAborted } from "#shared/unless-aborted.ts";
import { handOff, refusedBy } from "./hand-off.ts";
import { inTime } from "./in-time.ts";
import type { Parcel } from "./outbox.ts";
import type { RunnerClient } from "./runner-client.ts";

/** Gives a delivery to the runner, as {@link handOff} does and with its errors. */
export type Deliver = (parcel: Parcel, signal?: AbortSignal) => Promise<HandOffAnswer>;

/**
 * How a runner in the same program takes a hand-off: checked as it would be over the network, and
 * durable when this resolves.
 * @throws CicdError that a client of the runner's API would be told.
 */
export type TakeIn = (handOff: HandOff, requestId: string) => Promise<HandOffAnswer>;

/** Where deliveries go: to a runner over the network, unless one is in the same program. */
export interface Destination {
  readonly runner: RunnerClient;
  readonly takeIn?: TakeIn | undefined;
  /** For the runner in the same program, in milliseconds; the client has its own. */
  readonly timeout: number;
}

/** Makes the way to the runner. */
export function deliverTo({ runner, takeIn, timeout }: Destination): Deliver {
  if (takeIn === undefined) return (parcel, signal) => handOff(runner, parcel, signal);
  return (parcel, signal) =>
    inTime({ signal }, timeout, (ended) => unlessAborted(takenIn(takeIn, parcel), ended));
}

async function takenIn(takeIn: TakeIn, { handOff, requestId }: Parcel): Promise<HandOffAnswer> {
  try {
    return await takeIn(handOff, requestId);
  } catch (thrown) {
    throw refusedBy(CicdError.from(thrown));
  }
}
