import { randomUUID } from "node:crypto";
import { rename, rm, utimes } from "node:fs/promises";
import pLimit from "p-limit";
import { unlessAborted } from "#shared/unless-aborted.ts";
import { type IdLength, layOutMirror, sweepMirror } from "./mirror-folder.ts";
import { onDisk } from "./on-disk.ts";

/** How a turn at a mirror is waited for. */
export interface MirrorTurn {
  readonly signal: AbortSignal;
  /** Somebody else has the turn. */
  readonly onWait?: () => void;
}

/**
 * The commits of one repository, for all sessions that review it. Whoever changes it takes turns;
 * reading goes on beside, because git only ever adds.
 */
export class Mirror {
  readonly gitDir: string;
  readonly #idLength: IdLength;
  readonly #turns = pLimit(1);
  /** No git was killed here since it was swept. */
  #isSwept = false;
  #users = 0;
  #generation = 0;

  constructor(gitDir: string, idLength: IdLength) {
    this.gitDir = gitDir;
    this.#idLength = idLength;
  }

  /** Whether somebody works with it. */
  get isUsed(): boolean {
    return this.#users > 0;
  }

  /** How often it was made anew. */
  get generation(): number {
    return this.#generation;
  }

  /** Keeps it from being removed until the use is disposed of. */
  use(): Disposable {
    this.#users += 1;
    return {
      [Symbol.dispose]: () => {
        this.#users -= 1;
      },
    };
  }

  /**
   * Changes it, when it is this one's turn; then it is there and nothing is in the way.
   * @throws CicdError `store_unavailable`; what the work throws; the signal's reason when it aborts.
   */
  async change<T>(work: () => Promise<T>, { signal, onWait }: MirrorTurn): Promise<T> {
    signal.throwIfAborted();
    if (this.#turns.activeCount + this.#turns.pendingCount > 0) onWait?.();
    const began = Promise.withResolvers<void>();
    const done = this.#turns(async () => {
      signal.throwIfAborted();
      began.resolve();
      return await this.#change(work);
    });
    done.catch(() => {});
    // Only the wait is given up: what runs is let end, and the next has its turn then.
    await unlessAborted(Promise.race([began.promise, done]), signal);
    return await done;
  }

  /** Throws it away, so that the next change begins with nothing; once, whoever finds it damaged. */
  async discard(generation: number): Promise<void> {
    await this.#turns(async () => {
      if (generation !== this.#generation) return;
      this.#generation += 1;
      await removeMirror(this.gitDir);
    });
  }

  async #change<T>(work: () => Promise<T>): Promise<T> {
    await layOutMirror(this.gitDir, this.#idLength);
    if (!this.#isSwept) await sweepMirror(this.gitDir);
    this.#isSwept = false;
    const result = await work();
    this.#isSwept = true;
    const now = new Date();
    await utimes(this.gitDir, now, now).catch(() => {});
    return result;
  }
}

/** Removes a mirror: at one stroke for whoever looks. */
export async function removeMirror(gitDir: string): Promise<void> {
  await onDisk(gitDir, async () => {
    const away = `${gitDir}.${randomUUID()}.discarded`;
    await rename(gitDir, away).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    await rm(away, { recursive: true, force: true, maxRetries: 3 });
  });
}
