import type { Identity } from "../forge/forge.ts";

/** What a forge has kept of a delivery. */
export interface Recorded {
  readonly identity: Identity;
  readonly payload: unknown;
  /** The receiver answered as this edge does. */
  readonly answeredByUs: boolean;
}

/** One try of a forge to deliver something. */
export interface Attempt extends Identity {
  /** In epoch milliseconds. */
  readonly at: number;
  /** The receiver's answer was a 2xx. */
  readonly delivered: boolean;
  /** @throws CicdError `invalid_request` when the forge did not keep the whole. */
  read(signal: AbortSignal): Promise<Recorded>;
}

/** A webhook, as its forge's API shows it. */
export interface Hook {
  /** As the configuration names it, with its number. */
  readonly name: string;
  /**
   * What was tried lately, page by page, the newest first.
   * @throws CicdError `forge_unavailable` or `forge_refused`.
   */
  pages(signal: AbortSignal): AsyncIterable<readonly Attempt[]>;
}

/** What the configuration names: one webhook, or those of a repository that lead to this edge. */
export interface Source {
  readonly name: string;
  /** @throws CicdError `forge_unavailable`, or `forge_refused` when there is none. */
  hooks(signal: AbortSignal): Promise<readonly Hook[]>;
}
