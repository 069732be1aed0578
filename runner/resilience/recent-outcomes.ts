import type { AttemptOutcome } from "./breaker.ts";

/** How many of the last tasks the error rate is made of. */
const windowSize = 20;
/** Tasks that ended longer ago don't count, in milliseconds. */
const windowTime = 600_000;
/** With fewer tasks one failure would already be a high rate. */
const leastTasks = 10;

/** How the last tasks ended. */
export class RecentOutcomes {
  #ends: { readonly outcome: AttemptOutcome; readonly at: number }[] = [];
  #failuresInARow = 0;

  record(outcome: AttemptOutcome, at: number): void {
    this.#ends = [...this.#ends, { outcome, at }].slice(-windowSize);
    this.#failuresInARow = outcome === "failure" ? this.#failuresInARow + 1 : 0;
  }

  /** Failures since the last success. */
  get failuresInARow(): number {
    return this.#failuresInARow;
  }

  /** When the last task ended. */
  get lastAt(): number | undefined {
    return this.#ends.at(-1)?.at;
  }

  /** Share of failures, 0 to 1, of the last 20 tasks within 10 minutes; 0 with fewer than 10. */
  errorRate(now: number): number {
    const recent = this.#ends.filter(({ at }) => now - at < windowTime);
    if (recent.length < leastTasks) return 0;
    return recent.filter(({ outcome }) => outcome === "failure").length / recent.length;
  }
}
