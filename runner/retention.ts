import { leastPause, Rounds } from "./rounds.ts";
import type { Pruned } from "./store/cluster.ts";
import type { Store } from "./store/store.ts";

/** How long what has ended is kept, and how much of it. Times in milliseconds. */
export interface RetentionOptions {
  readonly store: Pick<Store, "prune">;
  /** Tasks that ended longer ago are forgotten. */
  readonly age: number;
  /** Bytes that the journals of ended tasks may take together. */
  readonly size: number;
  /** How long reviews are kept to be given again; 0 for not at all. */
  readonly reviews: number;
  readonly onPruned: (pruned: Pruned) => void;
  readonly onError: (error: unknown) => void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** How often to look, in milliseconds. */
const longestInterval = 10 * 60_000;

/** Forgets tasks that have ended long ago, and journals that take too much room. */
export class Retention implements AsyncDisposable {
  readonly #options: RetentionOptions;
  readonly #looks: Rounds;

  constructor(options: RetentionOptions) {
    this.#options = options;
    const interval = Math.max(leastPause, Math.min(longestInterval, options.age));
    this.#looks = new Rounds(interval, (ending) => this.#prune(ending));
  }

  /** Forgets no more. Resolves once a look under way has let go of the store. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks[Symbol.asyncDispose]();
  }

  async #prune(signal: AbortSignal): Promise<void> {
    const { store, age, size, reviews, onPruned, onError, now = Date.now } = this.#options;
    try {
      const reviewsBefore = now() - Math.min(age, reviews);
      const limits = { before: now() - age, maxBytes: size, reviewsBefore };
      const pruned = await store.prune({ ...limits, signal });
      if (pruned.tasks + pruned.journals > 0) onPruned(pruned);
    } catch (error) {
      onError(error);
    }
  }
}
