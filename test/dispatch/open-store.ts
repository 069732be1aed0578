import { setImmediate as breathe } from "node:timers/promises";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import type { Claim, Outcome } from "#runner/store/store.ts";
import { CicdError } from "#shared/error.ts";
import type { JournalEvent } from "#shared/journal.ts";
import { tempFolder } from "../temp-folder.ts";

/** The real store, whose disk can be made to refuse. */
export class MoodyStore extends SqliteStore {
  /** How often each write still throws; a write that throws changes nothing. */
  readonly refusals = { claim: 0, append: 0, finish: 0 };
  /** A claim has found nothing. */
  onNothing = () => {};

  override async claim() {
    this.#refuse("claim");
    const claim = await super.claim();
    if (claim === undefined) this.onNothing();
    return claim;
  }

  override async append(claim: Claim, events: readonly JournalEvent[]) {
    this.#refuse("append");
    return await super.append(claim, events);
  }

  override async finish(claim: Claim, outcome: Outcome) {
    this.#refuse("finish");
    const held = await super.finish(claim, outcome);
    // As from a store that is further away: its news come before its answer.
    await breathe();
    return held;
  }

  #refuse(write: "claim" | "append" | "finish"): void {
    if (this.refusals[write] === 0) return;
    this.refusals[write] -= 1;
    throw new CicdError("store_unavailable", `Cannot ${write}: disk is full`);
  }
}

/** A store in a folder of its own; disposal closes it and removes the folder. */
export async function openStore({
  now = Date.now,
  onNothing,
}: {
  /** Epoch milliseconds. */
  now?: (() => number) | undefined;
  /** A claim has found nothing. */
  onNothing?: (() => void) | undefined;
} = {}): Promise<{ store: MoodyStore; folder: string } & AsyncDisposable> {
  await using undo = new AsyncDisposableStack();
  const { path: folder } = undo.use(await tempFolder());
  const store = undo.use(new MoodyStore({ folder, host: "test-host", now }));
  if (onNothing !== undefined) store.onNothing = onNothing;
  const resources = undo.move();
  return { store, folder, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
