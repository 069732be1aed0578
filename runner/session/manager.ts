import { CicdError } from "#shared/error.ts";
import type { ProcessState } from "#shared/session.ts";
import type { UserMessage } from "../claude/input.ts";
import type { Store } from "../store/store.ts";
import type { Stored } from "../workspace/disk-budget.ts";
import type { Lease } from "./lease.ts";
import { Leases, type LeasesOptions } from "./leases.ts";
import { Opener, type OpenerOptions, type OpenRequest } from "./opener.ts";
import { Places } from "./places.ts";
import { type PoolMode, ProcessPool } from "./pool.ts";

/** What a session manager needs. Times in milliseconds, sizes in bytes. */
export interface SessionManagerOptions
  extends OpenerOptions,
    Pick<LeasesOptions, "memoryLimit" | "memoryOf"> {
  readonly store: Pick<
    Store,
    "session" | "setConversation" | "setWorkspace" | "workspaces" | "sessionsIdleSince"
  >;
  /** How many processes may be resident, spares included. Sessions themselves are not limited. */
  readonly maxSessions: number;
  /** How many processes are kept ready for conversations to come; default 0. */
  readonly spares?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** Trouble that no task is waiting for: a spare that can't be started, files that stay, say. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Keeps one lasting process for each of the most recently used sessions, and a few for sessions to
 * come. A session without one is hibernated: its conversation goes on by resuming.
 */
export class SessionManager {
  readonly #store: SessionManagerOptions["store"];
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;
  readonly #opener: Opener;
  readonly #pool: ProcessPool;
  readonly #places: Places;
  readonly #leases: Leases;

  constructor(options: SessionManagerOptions) {
    const { now = Date.now, onError = () => {} } = options;
    const opener = new Opener(options);
    const pool = new ProcessPool({
      ...options,
      now,
      start: (name) => opener.openSpare(name),
      remove: (name) => options.workspaces.remove(name),
      onError,
    });
    const places = new Places({ ...options, now, pool, onError });
    this.#store = options.store;
    this.#now = now;
    this.#onError = onError;
    this.#opener = opener;
    this.#pool = pool;
    this.#places = places;
    this.#leases = new Leases({ ...options, now, onError, opener, pool, places });
  }

  /** How many sessions have a process, or are getting one. */
  get size(): number {
    return this.#pool.size;
  }

  /** How many processes wait for a new session. */
  get spares(): number {
    return this.#pool.spares;
  }

  /** How many tasks can run at once. */
  get capacity(): number {
    return this.#pool.capacity;
  }

  /** The ids of all processes, spares included. */
  get pids(): number[] {
    return this.#pool.pids;
  }

  /** Removes what no session had claimed when the runner ended, and prepares the first spares. */
  async open(): Promise<void> {
    await this.#places.removeUnclaimed();
    await this.#pool.refill();
  }

  /**
   * The use of a session by one task: with the process that lives, or one that is being started and
   * resumes the conversation, or begins it. Disposing the lease gives it back.
   * @throws CicdError `conflict` when it is leased already, `shutting_down` once the manager stops.
   */
  async lease(sessionId: string, request: OpenRequest = {}): Promise<Lease> {
    return await this.#leases.lease(sessionId, request);
  }

  /** Sends a message into the turn of a session that runs. @throws CicdError `conflict`. */
  async say(sessionId: string, message: UserMessage): Promise<void> {
    const lease = this.#pool.get(sessionId)?.lease;
    if (lease === undefined || lease === "coming") {
      throw new CicdError("conflict", `Cannot send feedback: session ${sessionId} runs no turn`);
    }
    await lease.say(message);
  }

  /** The state of a session's process; undefined while the session is hibernated. */
  processOf(sessionId: string): { state: ProcessState; pid: number | null } | undefined {
    const resident = this.#pool.get(sessionId);
    if (resident === undefined) return undefined;
    const process = resident.serving?.process;
    return { state: process?.state ?? "starting", pid: process?.pid ?? null };
  }

  /**
   * Ends a session's process; the conversation can still be resumed. False when there is none, or
   * it was ending already.
   * @throws CicdError `conflict` while a task uses it.
   */
  async terminate(sessionId: string): Promise<boolean> {
    const resident = this.#pool.get(sessionId);
    if (resident === undefined) {
      await this.#pool.gone(sessionId);
      return false;
    }
    if (resident.lease !== undefined) {
      throw new CicdError("conflict", `Cannot end session ${sessionId}: a task is using it`, {
        hint: "Cancel the task first",
      });
    }
    await this.#pool.hibernate(sessionId, resident);
    return true;
  }

  /** Ends a session's process and lets go of its conversation: the next one begins anew. */
  async forget(sessionId: string): Promise<void> {
    await this.terminate(sessionId);
    await this.#opener.forget(sessionId);
  }

  /** The same, and removes all that the session has on disk. */
  async discard(sessionId: string): Promise<void> {
    await this.#places.remove(sessionId, () => this.forget(sessionId));
  }

  /** Ends the processes that were not used for so many milliseconds; tells how many. */
  async hibernateIdle(timeout: number): Promise<number> {
    return await this.#pool.hibernateIdle(timeout);
  }

  /** Ends unused processes until all together take no more than `budget` bytes; tells how many. */
  async fit(memory: ReadonlyMap<number, number>, budget: number): Promise<number> {
    return await this.#pool.fit(memory, budget);
  }

  /**
   * Discards the sessions that had no task for so many milliseconds; tells how many. One that can't
   * be removed keeps no other. Ends after the one under way when the signal aborts.
   */
  async expire(ttl: number, signal?: AbortSignal): Promise<number> {
    const since = this.#now() - ttl;
    const old = await this.#store.sessionsIdleSince(since);
    let count = 0;
    for (const id of old) {
      if (signal?.aborted) return count;
      if (this.#pool.get(id)?.lease !== undefined) continue;
      try {
        await this.discard(id);
        count += 1;
      } catch (error) {
        this.#onError(error);
      }
    }
    await this.#opener.removeOldCopies(since);
    return count;
  }

  /** Ends the unused processes of sessions that are not among these: another host has them now. */
  async endAllBut(held: ReadonlySet<string>): Promise<void> {
    await this.#pool.hibernateAllBut(held);
  }

  /** Removes the files of sessions that another host has now, until aborted; tells of how many. */
  async removeMoved(signal?: AbortSignal): Promise<number> {
    return await this.#places.removeUnclaimed(signal);
  }

  /** The checkouts of all sessions; one whose session has a process is not freed. */
  async stored(): Promise<Stored[]> {
    return await this.#places.stored();
  }

  /** Starts the spares that are missing. */
  async refill(): Promise<void> {
    await this.#pool.refill();
  }

  /** Changes how processes are kept; what is in use is let finish. */
  async setMode(mode: PoolMode): Promise<void> {
    await this.#pool.setMode(mode);
  }

  /** Ends all processes; nothing can be leased any more. */
  async stop(): Promise<void> {
    this.#leases.stop();
    this.#opener.stop();
    await this.#pool.stop();
  }
}
