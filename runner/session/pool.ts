import { settlesWithin } from "../claude/within.ts";
import type { Resident } from "./resident.ts";
import { type Spare, Spares, type SparesOptions } from "./spares.ts";

/**
 * How processes are kept: `pooled` as the settings say; `frozen` no more than there are;
 * `one_shot` each ends with the task that it was started for, and none is kept.
 */
export type PoolMode = "pooled" | "frozen" | "one_shot";

/** What a pool needs. */
export interface ProcessPoolOptions extends SparesOptions {
  /** How many processes may be resident, spares included. */
  readonly maxSessions: number;
  /** How many are kept ready for conversations to come; default 0. */
  readonly spares?: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * How long room is waited for, in milliseconds. Not even SIGKILL ends a process that waits for a disk
 * that is gone.
 */
const longestWait = 60_000;

/** How long after a spare was claimed the next one is started: the claimer needs the cores now. */
const refillDelay = 2000;

/** The processes that live: those of the most recently used sessions, and spares. */
export class ProcessPool {
  readonly #options: ProcessPoolOptions;
  readonly #spares: Spares;
  readonly #residents = new Map<string, Resident>();
  /** Two processes of one conversation would fork it: nobody starts one while another still ends. */
  readonly #ending = new Map<string, Promise<unknown>>();
  #mode: PoolMode = "pooled";
  #frozenSize = 1;
  /** There is memory for one more. */
  #hasMemory = true;
  #isStopping = false;
  #refillTimer: NodeJS.Timeout | undefined;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
    this.#spares = new Spares(options);
  }

  get mode(): PoolMode {
    return this.#mode;
  }

  /** How many sessions have a process, or are getting one. */
  get size(): number {
    return this.#residents.size;
  }

  /** How many processes wait for a new session. */
  get spares(): number {
    return this.#spares.size;
  }

  /** How many tasks can run at once. */
  get capacity(): number {
    return this.#mode === "one_shot" ? 1 : this.#limit;
  }

  /** The ids of the processes that are through with their start. */
  get pids(): number[] {
    const residents = [...this.#residents.values()].map(({ serving }) => serving?.process.pid);
    return [...residents, ...this.#spares.pids].filter((pid) => pid !== undefined);
  }

  get(sessionId: string): Resident | undefined {
    return this.#residents.get(sessionId);
  }

  /** Takes a session in until its process is gone. {@link makeRoom} is for whoever starts it. */
  add(sessionId: string, resident: Resident): void {
    this.#residents.set(sessionId, resident);
    void resident.gone.then(() => this.#remove(sessionId, resident));
  }

  /** Takes a spare out, for a session that takes its room; undefined when there is none. */
  claimSpare(): Spare | undefined {
    const spare = this.#spares.claim();
    if (spare !== undefined) this.#refillSoon();
    return spare;
  }

  /** Whether a spare waits in this workspace. */
  hasSpare(name: string): boolean {
    return this.#spares.has(name);
  }

  /** Ends a spare that was claimed in vain. */
  async giveUp(spare: Spare): Promise<void> {
    await this.#spares.end(spare);
  }

  /** Waits until no process of a session is left; never rejects. */
  async gone(sessionId: string): Promise<void> {
    const last = this.#residents.get(sessionId)?.gone;
    await Promise.allSettled([last, this.#ending.get(sessionId)]);
  }

  /**
   * Waits until there is room for the process of a session that was added: the least recently used
   * ones make it, then spares. What does not end at all keeps nobody out.
   */
  async makeRoom(): Promise<void> {
    const room = this.#vacate();
    if (await settlesWithin(room, longestWait)) await room;
  }

  /** Ends the process of a session; its conversation can be resumed. */
  async hibernate(sessionId: string, resident: Resident): Promise<void> {
    if (!this.#remove(sessionId, resident)) {
      await this.#ending.get(sessionId);
      return;
    }
    // One that waited for another's end in vain does not end before it.
    const ended = Promise.all([resident.end(), this.#ending.get(sessionId)]);
    this.#ending.set(sessionId, ended);
    try {
      await ended;
    } finally {
      if (this.#ending.get(sessionId) === ended) this.#ending.delete(sessionId);
    }
  }

  /** Ends the processes that were not used for so many milliseconds; tells how many. */
  async hibernateIdle(timeout: number): Promise<number> {
    const now = this.#options.now();
    const idle = this.#idle().filter(([, { usedAt }]) => usedAt + timeout <= now);
    await Promise.all(idle.map(([id, resident]) => this.hibernate(id, resident)));
    return idle.length;
  }

  /**
   * Ends processes that nobody uses until all together take no more than `budget` bytes: the least
   * recently used ones, then spares, of which none is started before there is room again. `memory`
   * is what each takes, by process id. Tells how many were ended.
   */
  async fit(memory: ReadonlyMap<number, number>, budget: number): Promise<number> {
    // It was measured a while ago: what has ended since takes nothing any more.
    const pids = new Set(this.pids);
    const living = new Map([...memory].filter(([pid]) => pids.has(pid)));
    const largest = Math.max(0, ...living.values());
    let used = [...living.values()].reduce((sum, bytes) => sum + bytes, 0);
    const mustGo = (pid = 0) => {
      const bytes = living.get(pid);
      if (bytes === undefined || used <= budget) return false;
      used -= bytes;
      return true;
    };
    const idle = this.#idle().filter(([, { serving }]) => mustGo(serving?.process.pid));
    const spares = this.#spares.pids.filter(mustGo).length;
    this.#hasMemory = used + largest <= budget;
    await Promise.all([
      ...idle.map(([id, resident]) => this.hibernate(id, resident)),
      this.#spares.remove(spares),
    ]);
    return idle.length + spares;
  }

  /** Ends the unused processes of sessions that are not among these. */
  async hibernateAllBut(kept: ReadonlySet<string>): Promise<void> {
    const others = this.#idle().filter(([id]) => !kept.has(id));
    await Promise.all(others.map(([id, resident]) => this.hibernate(id, resident)));
  }

  /** Starts the spares that are missing; room is made by hibernating the least recently used. */
  async refill(): Promise<void> {
    const { maxSessions, spares = 0 } = this.#options;
    const wanted = Math.min(spares, maxSessions - 1);
    const mayStart = () => this.#mode === "pooled" && this.#hasMemory && !this.#isStopping;
    while (mayStart() && this.#spares.size < wanted) {
      if (this.#wanted < maxSessions) {
        // At once: two that call this at the same time would both start the spare that is missing.
        if (!this.#isFull(maxSessions - 1)) this.#spares.add();
        else await oneOf(new Set(this.#ends));
        continue;
      }
      const [oldest] = this.#idle();
      if (oldest === undefined) return;
      await this.hibernate(...oldest);
    }
  }

  /** Changes how processes are kept; what is in use is let finish. */
  async setMode(mode: PoolMode): Promise<void> {
    this.#mode = mode;
    if (mode === "pooled") return await this.refill();
    // One that has just come may not have made its room yet.
    this.#frozenSize = Math.min(this.#options.maxSessions, Math.max(1, this.size));
    const idle = mode === "one_shot" ? this.#idle() : [];
    await Promise.all([
      this.#spares.remove(this.#spares.size),
      ...idle.map(([id, resident]) => this.hibernate(id, resident)),
    ]);
  }

  /** Ends all processes. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#refillTimer);
    const residents = [...this.#residents];
    await Promise.all([
      this.#spares.remove(this.#spares.size),
      ...residents.map(([id, resident]) => this.hibernate(id, resident)),
      ...this.#ends,
    ]);
  }

  async #vacate(): Promise<void> {
    const surplus = () => Math.max(0, this.#wanted - this.#limit);
    const evicted = this.#idle().slice(0, surplus());
    const hibernated = evicted.map(([id, resident]) => this.hibernate(id, resident));
    await Promise.all([...hibernated, this.#spares.remove(surplus())]);
    // Not for those that end only later: whoever comes in their place waits for them.
    const ending = new Set(this.#ends);
    while (ending.size > 0 && this.#isFull(this.#limit)) await oneOf(ending);
  }

  get #limit(): number {
    return this.#mode === "frozen" ? this.#frozenSize : this.#options.maxSessions;
  }

  /** How many processes there are to be, once those that end are gone. */
  get #wanted(): number {
    return this.size + this.#spares.size;
  }

  /** The ends of those that are not gone yet. */
  get #ends(): Promise<unknown>[] {
    return [...this.#ending.values(), ...this.#spares.ending];
  }

  /** Whether there are more processes than `limit` with those that end; not where none does. */
  #isFull(limit: number): boolean {
    const { length } = this.#ends;
    return length > 0 && this.#wanted + length > limit;
  }

  #refillSoon(): void {
    clearTimeout(this.#refillTimer);
    this.#refillTimer = setTimeout(() => {
      this.refill().catch(this.#options.onError);
    }, refillDelay).unref();
  }

  /** Sessions whose process nobody uses, the least recently used first. */
  #idle(): [string, Resident][] {
    const idle = [...this.#residents].filter(([, { lease }]) => lease === undefined);
    return idle.sort(([, a], [, b]) => a.usedAt - b.usedAt);
  }

  /** A later process of the same session is another resident and stays. */
  #remove(sessionId: string, resident: Resident): boolean {
    return this.#residents.get(sessionId) === resident && this.#residents.delete(sessionId);
  }
}

/** Waits until one has settled, either way, and takes out those that have. */
async function oneOf(promises: Set<Promise<unknown>>): Promise<void> {
  const settled = [...promises].map(async (promise) => {
    await promise.catch(() => {});
    promises.delete(promise);
  });
  await Promise.race(settled);
}
