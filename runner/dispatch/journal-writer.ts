import { CicdError } from "#shared/error.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { Claim, Store } from "../store/store.ts";

/**
 * Writes the events of one attempt to the journal, in order and in batches: what comes while a
 * batch is on its way goes into the next one, deltas of one kind as one.
 */
export class JournalWriter {
  readonly #store: Pick<Store, "append">;
  readonly #claim: Claim;
  readonly #onLost: (error: CicdError) => void;
  #pending: JournalEvent[] = [];
  #flushing: Promise<void> | undefined;
  /** A batch was lost: what came behind it would leave a hole. */
  #isLost = false;

  /** `onLost` hears, once, that nothing can be written any more, and why. */
  constructor(
    store: Pick<Store, "append">,
    claim: Claim,
    { onLost }: { onLost: (error: CicdError) => void },
  ) {
    this.#store = store;
    this.#claim = claim;
    this.#onLost = onLost;
  }

  write(event: JournalEvent): void {
    if (this.#isLost) return;
    const last = this.#pending.at(-1);
    const merged = last && mergeDeltas(last, event);
    if (merged) this.#pending[this.#pending.length - 1] = merged;
    else this.#pending.push(event);
    this.#flushing ??= this.#flush();
  }

  /** Waits until everything that was written so far is in the journal. */
  async settled(): Promise<void> {
    await this.#flushing;
  }

  async #flush(): Promise<void> {
    try {
      // What the same chunk of output brings goes into one batch.
      await new Promise(setImmediate);
      while (this.#pending.length > 0) {
        const batch = this.#pending;
        this.#pending = [];
        if (!(await this.#store.append(this.#claim, batch))) {
          throw new CicdError("conflict", "Cannot journal: the task is no longer this host's");
        }
      }
    } catch (error) {
      this.#isLost = true;
      this.#onLost(CicdError.from(error));
    } finally {
      this.#flushing = undefined;
    }
  }
}

function mergeDeltas(a: JournalEvent, b: JournalEvent): JournalEvent | undefined {
  if (a.type === "message.delta" && b.type === a.type) {
    return { type: a.type, data: { text: a.data.text + b.data.text } };
  }
  if (a.type === "thinking.delta" && b.type === a.type) {
    return { type: a.type, data: { text: a.data.text + b.data.text } };
  }
  return undefined;
}
