/** A number that goes up and down, and that a test can wait for. */
export class Level {
  #value = 0;
  readonly #waiting = new Set<() => void>();

  get value(): number {
    return this.#value;
  }

  add(delta: number): void {
    this.#value += delta;
    for (const look of this.#waiting) look();
  }

  /** Resolves when the number is `target`, at once if it is. */
  async until(target: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => this.#value === target && resolve();
    this.#waiting.add(look);
    look();
    await promise;
    this.#waiting.delete(look);
  }
}
