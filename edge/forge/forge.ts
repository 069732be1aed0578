import type { Forge, PullRequestEvent } from "#shared/event.ts";

/** What a delivery says about itself in its headers. */
export interface Identity {
  /** The forge's id of the delivery; the same when it is sent again. */
  readonly id: string;
  /** The forge's name of the event. */
  readonly event: string;
}

/** A delivery in forge-neutral form, or why there is nothing to do about it. */
export type Normalized =
  | { readonly kind: "event"; readonly event: PullRequestEvent }
  | { readonly kind: "ignored"; readonly reason: string };

/** What one forge's webhooks look like. */
export interface ForgeAdapter {
  readonly name: Forge;
  /**
   * Proves that the raw body comes from the forge.
   * @throws CicdError `unauthorized` when the proof is missing, malformed or wrong.
   */
  verify(
    headers: Headers,
    body: Uint8Array<ArrayBuffer>,
    secrets: readonly string[],
  ): Promise<void>;
  /** @throws CicdError `invalid_request` when a header is missing or can't be real. */
  identify(headers: Headers): Identity;
  /** @throws CicdError `invalid_request` with the path of the first problem in the payload. */
  normalize(event: string, payload: unknown): Normalized;
}
