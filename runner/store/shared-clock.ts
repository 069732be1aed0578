/** What a clock showed, and when it was asked and had answered, by {@link performance.now}. */
export interface Reading {
  /** Epoch milliseconds. */
  readonly shown: number;
  readonly askedAt: number;
  readonly heardAt: number;
}

/**
 * The clock that all hosts of a store go by, as one of them knows it. Between readings it goes on by
 * a clock that nobody sets: a host whose own was set must not take the leases of others for run out.
 */
export class SharedClock {
  /** What it showed when {@link performance.now} was 0. */
  #origin: number;

  constructor({ shown, askedAt, heardAt }: Reading) {
    this.#origin = shown - (askedAt + heardAt) / 2;
  }

  /** Epoch milliseconds, whole ones. */
  now(): number {
    return Math.round(this.#origin + performance.now());
  }

  /**
   * Corrects it, by no more than a reading proves. That was taken at some time between question and
   * answer: one that was slow proves little, and must not move the clock by half of what it took.
   */
  learn({ shown, askedAt, heardAt }: Reading): void {
    this.#origin = Math.min(Math.max(this.#origin, shown - heardAt), shown - askedAt);
  }
}
