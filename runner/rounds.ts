/** That something may not stay at all is no reason to look without a pause; in milliseconds. */
export const leastPause = 100;

/** Does something again and again, one round at a time, until it is disposed of. */
export class Rounds implements AsyncDisposable {
  readonly #round: (ending: AbortSignal) => Promise<void>;
  readonly #timer: NodeJS.Timeout;
  readonly #ending = new AbortController();
  #running: Promise<void> | undefined;

  /**
   * @param interval in milliseconds; a round that takes longer is not joined by another.
   * @param round must not reject. Its signal aborts when no more is to be begun.
   */
  constructor(interval: number, round: (ending: AbortSignal) => Promise<void>) {
    this.#round = round;
    this.#timer = setInterval(() => this.#begin(), interval).unref();
  }

  /** Begins no more. Resolves once a round under way has come to its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#ending.abort();
    await this.#running;
  }

  #begin(): void {
    this.#running ??= this.#round(this.#ending.signal).finally(() => {
      this.#running = undefined;
    });
  }
}
