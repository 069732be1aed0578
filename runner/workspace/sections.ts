/** How many bytes at the end may be the beginning of the next section's first line. */
const marker = Buffer.from("\ndiff --git ");

/**
 * Cuts a patch into its sections, one of a file each, and keeps whole ones within a budget: when it
 * is exceeded, the largest goes. So the smallest are kept, whatever their order, and no more than
 * twice the budget is in memory.
 */
export class Sections {
  readonly #maxBytes: number;
  readonly #isWanted: (index: number) => boolean;
  readonly #kept = new Map<number, Buffer>();
  #keptBytes = 0;
  #wantedBytes = 0;
  #index = -1;
  #current: Buffer[] = [];
  #currentBytes = 0;
  #pending = Buffer.alloc(0);

  constructor(maxBytes: number, isWanted: (index: number) => boolean) {
    this.#maxBytes = maxBytes;
    this.#isWanted = isWanted;
  }

  /** The size of all that are wanted, kept or not. */
  get wantedBytes(): number {
    return this.#wantedBytes;
  }

  read(chunk: Buffer): void {
    if (this.#index === -1) this.#index = 0;
    this.#pending = Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const end = this.#pending.indexOf(marker);
      if (end === -1) break;
      this.#add(this.#pending.subarray(0, end + 1));
      this.#close();
      this.#pending = this.#pending.subarray(end + 1);
    }
    const sure = Math.max(0, this.#pending.length - marker.length);
    this.#add(this.#pending.subarray(0, sure));
    this.#pending = this.#pending.subarray(sure);
  }

  /** How many there were, and what is kept of them, by their place. */
  end(): { readonly count: number; readonly kept: ReadonlyMap<number, Buffer> } {
    if (this.#index === -1) return { count: 0, kept: this.#kept };
    this.#add(this.#pending);
    this.#close();
    return { count: this.#index, kept: this.#kept };
  }

  #add(bytes: Buffer): void {
    if (!this.#isWanted(this.#index)) return;
    this.#wantedBytes += bytes.length;
    this.#currentBytes += bytes.length;
    if (this.#currentBytes <= this.#maxBytes) this.#current.push(bytes);
    else this.#current = [];
  }

  #close(): void {
    if (this.#isWanted(this.#index) && this.#currentBytes <= this.#maxBytes) {
      this.#kept.set(this.#index, Buffer.concat(this.#current));
      this.#keptBytes += this.#currentBytes;
    }
    this.#current = [];
    this.#currentBytes = 0;
    this.#index += 1;
    while (this.#keptBytes > this.#maxBytes) this.#dropLargest();
  }

  #dropLargest(): void {
    let largest = -1;
    let size = -1;
    for (const [index, { length }] of this.#kept) {
      if (length >= size) [largest, size] = [index, length];
    }
    this.#kept.delete(largest);
    this.#keptBytes -= size;
  }
}
