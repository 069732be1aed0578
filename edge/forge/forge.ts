import type { Forge } from "#shared/event.ts";
import type { ForgeEvent } from "#shared/task-event.ts";

/** A delivery as it came: nothing in it is believed before it is verified. */
export interface RawDelivery {
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What the proof of a delivery is checked against. */
export interface Expected {
  /** The webhook secrets that are good now; several while they are rotated. */
  readonly secrets: readonly string[];
  /** In epoch milliseconds, for proofs that grow old. */
  readonly now: number;
}

/** What a delivery says about itself. */
export interface Identity {
  /** The forge's id of the delivery, or a hash of it; the same when it is sent again. */
  readonly id: string;
  /** The forge's name of the event. */
  readonly event: string;
}

/** A delivery in forge-neutral form, or why there is nothing to do about it. */
export type Normalized =
  | { readonly kind: "event"; readonly event: ForgeEvent }
  | { readonly kind: "ignored"; readonly reason: string };

/** What one forge's webhooks look like. */
export interface ForgeAdapter {
  readonly name: Forge;
  /** The forge's names of the events that may hold something to do; all others are ignored. */
  readonly events: readonly string[];
  /**
   * Proves that the delivery comes from the forge.
   * @throws CicdError `unauthorized` when the proof is missing, malformed, wrong or too old.
   */
  verify(delivery: RawDelivery, expected: Expected): void;
  /** @throws CicdError `invalid_request` when a header is missing or can't be real. */
  identify(delivery: RawDelivery): Identity;
  /**
   * The path of the repository, `owner/name`, that a payload claims to be about, from the fields that
   * {@link normalize} reads; of the owner alone where it names no repository.
   */
  claimedPath(payload: unknown): string | undefined;
  /** @throws CicdError `invalid_request` with the path of the first problem in the payload. */
  normalize(event: string, payload: unknown): Normalized;
}
