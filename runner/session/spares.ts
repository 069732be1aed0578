import { randomUUID } from "node:crypto";
import type { Serving } from "./serving.ts";

/** A process that was started before anybody needed it, in a workspace of its own. */
export interface Spare {
  /** Of its workspace. */
  readonly name: string;
  /** Rejects when it can't be started. */
  readonly serving: Promise<Serving>;
}

/** What a pool of spares needs. */
export interface SparesOptions {
  /** Starts a process for a new conversation in a workspace. */
  readonly start: (name: string) => Promise<Serving>;
  /** Removes the workspace of a spare that nobody claimed. */
  readonly remove: (name: string) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** A spare in the pool; `pid` when it is ready. */
interface Entry {
  readonly spare: Spare;
  pid: number | undefined;
}

/** Processes for conversations that are still to come. */
export class Spares {
  readonly #options: SparesOptions;
  readonly #pool: Entry[] = [];
  readonly #ending = new Set<Promise<void>>();

  constructor(options: SparesOptions) {
    this.#options = options;
  }

  /** How many there are, those that still start included. */
  get size(): number {
    return this.#pool.length;
  }

  /** The ids of the processes that are ready. */
  get pids(): number[] {
    return this.#pool.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** Whether one waits in this workspace. */
  has(name: string): boolean {
    return this.#pool.some(({ spare }) => spare.name === name);
  }

  /** Takes one out, a ready one if there is any; undefined when there is none. */
  claim(): Spare | undefined {
    const ready = this.#pool.findIndex(({ pid }) => pid !== undefined);
    return this.#pool.splice(Math.max(0, ready), 1)[0]?.spare;
  }

  /** Starts one more. A spare that dies or can't be started is gone until the next call. */
  add(): void {
    const name = randomUUID();
    const spare: Spare = { name, serving: this.#options.start(name) };
    const entry: Entry = { spare, pid: undefined };
    this.#pool.push(entry);
    spare.serving.then(
      (serving) => {
        entry.pid = serving.process.pid;
        void serving.process.exited.finally(() => this.#drop(entry));
      },
      (error: unknown) => {
        if (this.#drop(entry)) this.#options.onError(error);
      },
    );
  }

  /** Ends so many of them, and removes what they had. */
  async remove(count: number): Promise<void> {
    await Promise.all(this.#pool.splice(0, count).map(({ spare }) => this.end(spare)));
  }

  /** Ends one that was taken out, and removes what it had. */
  async end(spare: Spare): Promise<void> {
    const ended = this.#end(spare);
    this.#ending.add(ended);
    try {
      await ended;
    } finally {
      this.#ending.delete(ended);
    }
  }

  /** The ends of those that were taken out and are not gone yet. */
  get ending(): ReadonlySet<Promise<void>> {
    return this.#ending;
  }

  async #end({ name, serving }: Spare): Promise<void> {
    await serving.then(
      ({ process }) => process.end(),
      () => {},
    );
    // Whoever waits for its room has nothing to do with what is left on disk.
    await this.#options.remove(name).catch(this.#options.onError);
  }

  /** Whoever drops out by itself was not claimed. */
  #drop(entry: Entry): boolean {
    const index = this.#pool.indexOf(entry);
    if (index === -1) return false;
    this.#pool.splice(index, 1);
    void this.end(entry.spare);
    return true;
  }
}
