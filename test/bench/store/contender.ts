import type { Store } from "#runner/store/store.ts";
import type { HandOff } from "#shared/api.ts";
import type { JournalEvent } from "#shared/journal.ts";
import { claimed, done, said } from "../../store/drive.ts";

/** One task through a store, or through the same tables without it, step by step. */
export interface Contender {
  enqueue(handOff: HandOff): Promise<void>;
  /** Makes the next task a running one. */
  claim(): Promise<Running>;
}

/** A task that runs. */
export interface Running {
  /** Journals {@link words}. */
  append(): Promise<void>;
  finish(): Promise<void>;
}

/** What is appended to a journal. */
export const words: JournalEvent = said("The mark is compared as text, so 10 comes before 9.");

/** The store as the product uses it. */
export function ours(store: Store): Contender {
  return {
    enqueue: async (handOff) => {
      const { outcome } = await store.enqueue(handOff, { limit: Number.MAX_SAFE_INTEGER });
      if (outcome !== "accepted") throw new Error(`Cannot measure: the store says ${outcome}`);
    },
    claim: async () => {
      const claim = await claimed(store);
      return {
        append: async () => mustHold(await store.append(claim, [words])),
        finish: async () => mustHold(await store.finish(claim, done)),
      };
    },
  };
}

function mustHold(isHeld: boolean): void {
  if (!isHeld) throw new Error("Cannot measure: the claim was lost");
}
