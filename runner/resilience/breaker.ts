/** How an attempt ended. What tells nothing of the health of what it needed is neither. */
export type AttemptOutcome = "success" | "failure";

/** Whether attempts are let through: all, one at a time, none. From good to bad. */
export const breakerStates = ["closed", "half-open", "open"] as const;
/** One of {@link breakerStates}. */
export type BreakerState = (typeof breakerStates)[number];

/** What a breaker goes by. */
export interface BreakerOptions {
  /** Failures in a row that open it. */
  readonly failureThreshold: number;
  /** Successes in a row, one at a time, that close it again. */
  readonly successThreshold: number;
  /** How long it lets nothing through before it tries again, in milliseconds. */
  readonly openTimeout: number;
  readonly onChange?: (from: BreakerState, to: BreakerState) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * The right to one attempt. Disposing it gives its place back: an attempt that was cancelled, or
 * that failed for a reason of its own, then counts for nothing.
 */
export interface Permit extends Disposable {
  /** Tells how the attempt ended; only the first time counts. */
  record(outcome: AttemptOutcome): void;
}

type State =
  | {
      readonly kind: "closed";
      /** Failures since the last success. */
      failures: number;
    }
  | {
      readonly kind: "half-open";
      successes: number;
      /** An attempt is under way, and others have to wait for what comes of it. */
      isProbing: boolean;
    }
  | { readonly kind: "open"; readonly since: number };

/** Keeps attempts from a backend that is down, and finds out when it is up again. */
export class Breaker {
  readonly #options: BreakerOptions;
  readonly #now: () => number;
  #state: State = { kind: "closed", failures: 0 };

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** An open one stays so beyond its time, until somebody tries. */
  get state(): BreakerState {
    return this.#state.kind;
  }

  /**
   * When an open breaker lets the next attempt through, in milliseconds since the epoch, never in
   * the past. Undefined when it is not open: then time alone changes nothing.
   */
  get retryAt(): number | undefined {
    return this.#state.kind === "open" ? this.#now() + this.#rest(this.#state.since) : undefined;
  }

  /** Lets an attempt through, or not. */
  tryAcquire(): Permit | undefined {
    if (this.#state.kind === "open" && this.#rest(this.#state.since) === 0) {
      this.#become({ kind: "half-open", successes: 0, isProbing: false });
    }
    const state = this.#state;
    switch (state.kind) {
      case "open":
        return undefined;
      case "closed":
        return this.#permit(state);
      case "half-open":
        if (state.isProbing) return undefined;
        state.isProbing = true;
        return this.#permit(state);
    }
  }

  /** Milliseconds until the next attempt. A clock that was set back must not prolong it. */
  #rest(since: number): number {
    const elapsed = this.#now() - since;
    return elapsed < 0 ? 0 : Math.max(0, this.#options.openTimeout - elapsed);
  }

  #permit(state: State): Permit {
    let isSettled = false;
    const settle = (outcome?: AttemptOutcome) => {
      // What began before a change of state tells nothing of the time after it.
      if (!isSettled && state === this.#state) this.#settle(state, outcome);
      isSettled = true;
    };
    return { record: settle, [Symbol.dispose]: settle };
  }

  #settle(state: State, outcome: AttemptOutcome | undefined): void {
    const { failureThreshold, successThreshold } = this.#options;
    if (state.kind === "closed") {
      if (outcome === "success") state.failures = 0;
      if (outcome === "failure") state.failures += 1;
      if (state.failures >= failureThreshold) this.#open();
    } else if (state.kind === "half-open") {
      state.isProbing = false;
      if (outcome === "success") state.successes += 1;
      if (outcome === "failure") this.#open();
      else if (state.successes >= successThreshold) this.#become({ kind: "closed", failures: 0 });
    }
  }

  #open(): void {
    this.#become({ kind: "open", since: this.#now() });
  }

  #become(state: State): void {
    const from = this.#state.kind;
    this.#state = state;
    this.#options.onChange?.(from, state.kind);
  }
}
