/**
 * Brings to the disk what was written, with one call for all who ask while another is under way. The
 * event loop goes on meanwhile. Once a call has failed nobody knows what of a file is on disk, not
 * even after a call that succeeds: so all later ones fail too.
 */
export class DiskSync {
  readonly #sync: () => Promise<void>;
  #latest: Promise<void> = Promise.resolve();
  /** The one that waits for its turn, or the one that failed. */
  #next: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** `sync` brings all that was written before it is called. */
  constructor(sync: () => Promise<void>) {
    this.#sync = sync;
  }

  /** Resolves when all that was written before this call is on disk. */
  async reach(): Promise<void> {
    this.#next ??= this.#latest.then(() => {
      this.#next = undefined;
      this.#latest = this.#sync();
      return this.#latest;
    });
    try {
      await this.#next;
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  /** @throws what a call of before has failed with. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
