import type { HandOff } from "#shared/api.ts";
import type { DeadLetter, OutboxHealth } from "#shared/outbox.ts";
import type { Task } from "#shared/task.ts";

/** A hand-off on its way, with the id of the request that brought it. */
export interface Parcel {
  readonly handOff: HandOff;
  readonly requestId: string;
}

/** Which dead letters: all, or those of a delivery id; of one forge where it is given. */
export type DeadLetterFilter = { readonly deliveryId?: string; readonly forge?: string };

/**
 * Where the edge keeps deliveries that the runner has not taken yet, and from where they go on to
 * it by themselves, as often as it takes.
 */
export interface Outbox {
  /** Whether the hand-off has to wait here for its turn: an earlier one of its session does. */
  isBehind(handOff: HandOff): Promise<boolean>;
  /**
   * Keeps a hand-off: it is durable when this resolves. `known` when it is here already; one that
   * was dead waits again then.
   * @throws CicdError `queue_full`, `store_unavailable` or `payload_too_large`; it is not kept then.
   */
  put(parcel: Parcel): Promise<"kept" | "known">;
  /** The task of a delivery that is here: `queued` while it waits, `failed` when it is dead. */
  find(taskId: string): Promise<Task | undefined>;
  /** Dead letters, the oldest first. */
  dead(limit: number): Promise<readonly DeadLetter[]>;
  /** Lets dead letters wait again; resolves to how many. */
  replay(filter: DeadLetterFilter): Promise<number>;
  /** Whether it would take one more. */
  hasRoom(): Promise<boolean>;
  health(): Promise<OutboxHealth>;
}
