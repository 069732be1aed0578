import type { Degradation } from "./resilience/degradation.ts";
import { memoryOfAll } from "./resilience/memory.ts";
import { leastPause, Rounds } from "./rounds.ts";
import type { SessionManager } from "./session/manager.ts";
import type { Store } from "./store/store.ts";

/** What is looked after, and how. Times in milliseconds. */
export interface UpkeepOptions {
  readonly store: Pick<Store, "stats">;
  readonly sessions: SessionManager;
  readonly degradation: Degradation;
  readonly queueLimit: number;
  readonly idleTimeout: number;
  readonly sessionTtl: number;
  /** What all processes may take together, in bytes; undefined is no limit. */
  readonly memoryBudget: number | undefined;
  /** How often to look. */
  readonly interval: number;
  /** Ends what processes that died by themselves left behind; tells how many. */
  readonly endStrays: () => Promise<number>;
  /** Removes what can be made again, where it takes too much room; tells of how many. */
  readonly tidyDisk: (ending: AbortSignal) => Promise<number>;
  /** So many processes were hibernated, sessions discarded, stray processes ended, or folders freed. */
  readonly onSwept: (event: Swept, count: number) => void;
  readonly onError: (error: unknown) => void;
}

/** What was swept, as the log names it. */
type Swept =
  | "session_idle_timeout"
  | "session_memory_budget"
  | "session_expired"
  | "session_moved"
  | "strays_ended"
  | "disk_freed";

/** What is done from time to time, whatever else happens. */
export class Upkeep implements AsyncDisposable {
  readonly #options: UpkeepOptions;
  readonly #looks: Rounds;
  #memory = 0;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    const { idleTimeout, sessionTtl, onError } = options;
    const soonest = Math.max(leastPause, Math.min(idleTimeout, sessionTtl));
    const interval = Math.min(options.interval, soonest);
    this.#looks = new Rounds(interval, (ending) => this.#look(ending).catch(onError));
  }

  /** Memory of all CLI processes when it was last looked at, in bytes. */
  get memory(): number {
    return this.#memory;
  }

  /** Looks no more. Resolves once a look under way has let go of the store and the state folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks[Symbol.asyncDispose]();
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { store, sessions, degradation, queueLimit, onSwept } = this.#options;
    const { idleTimeout, sessionTtl, memoryBudget = Number.POSITIVE_INFINITY } = this.#options;
    const [memory, { queued }] = await Promise.all([memoryOfAll(sessions.pids), store.stats()]);
    this.#memory = [...memory.values()].reduce((sum, bytes) => sum + bytes, 0);
    // Not the runner's own memory: to end processes would not make it less.
    degradation.sample({ memoryBytes: this.#memory, queueDepth: queued, queueLimit });
    if (signal.aborted) return;
    const idle = await sessions.hibernateIdle(idleTimeout);
    if (idle > 0) onSwept("session_idle_timeout", idle);
    const surplus = await sessions.fit(memory, memoryBudget);
    if (surplus > 0) onSwept("session_memory_budget", surplus);
    const expired = await sessions.expire(sessionTtl, signal);
    if (expired > 0) onSwept("session_expired", expired);
    const moved = await sessions.removeMoved(signal);
    if (moved > 0) onSwept("session_moved", moved);
    const strays = await this.#options.endStrays();
    if (strays > 0) onSwept("strays_ended", strays);
    if (signal.aborted) return;
    await sessions.refill();
    const freed = await this.#options.tidyDisk(signal);
    if (freed > 0) onSwept("disk_freed", freed);
  }
}
