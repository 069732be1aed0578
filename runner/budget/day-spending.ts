import { type Amount, add, most, nothing } from "./amount.ts";

const dayLength = 86_400_000;

/** When the day of a moment began in UTC; both in epoch milliseconds. */
export function startOfDay(epochMs: number): number {
  return Math.floor(epochMs / dayLength) * dayLength;
}

/**
 * What all tasks have spent on the current day (UTC). Those of a host share one, so that tasks that
 * run at once see each other's spending; it starts again from zero with each day.
 */
export class DaySpending {
  readonly #now: () => number;
  #day: number;
  #spent: Amount;

  /** `spent` is what the ledger has of the day so far. */
  constructor(spent: Amount, now: () => number = Date.now) {
    this.#now = now;
    this.#day = startOfDay(now());
    this.#spent = spent;
  }

  get spent(): Amount {
    this.#turnPage();
    return this.#spent;
  }

  /** When the day began, in epoch milliseconds. */
  get beganAt(): number {
    this.#turnPage();
    return this.#day;
  }

  /** When the day ends, in epoch milliseconds. */
  get endsAt(): number {
    this.#turnPage();
    return this.#day + dayLength;
  }

  add(amount: Amount): void {
    this.#turnPage();
    this.#spent = add(this.#spent, amount);
  }

  /**
   * Hears what the ledger has of the day that began then, for other hosts spend too. What tasks of
   * this one have spent and not written down yet may be missing in it.
   */
  learn(spent: Amount, beganAt: number): void {
    this.#turnPage();
    if (beganAt === this.#day) this.#spent = most(this.#spent, spent);
  }

  #turnPage(): void {
    const day = startOfDay(this.#now());
    if (day <= this.#day) return;
    this.#day = day;
    this.#spent = nothing;
  }
}
