import { CicdError } from "#shared/error.ts";
import type { ProcessState } from "#shared/session.ts";
import { unlessAborted } from "#shared/unless-aborted.ts";
import type { UserMessage } from "../claude/input.ts";
import type { Store } from "../store/store.ts";
import type { Stored } from "../workspace/disk-budget.ts";
import { Lease } from "./lease.ts";
import { Opener, type OpenerOptions, type OpenRequest } from "./opener.ts";
import { Places } from "./places.ts";
import { type PoolMode, ProcessPool } from "./pool.ts";
import { Resident } from "./resident.ts";

/** What a session manager needs. Times in milliseconds, sizes in bytes. */
export interface SessionManagerOptions extends OpenerOptions {
  readonly store: Pick<
    Store,
    "session" | "setConversation" | "setWorkspace" | "workspaces" | "sessionsIdleSince"
  >;
  /** How many processes may be resident, spares included. Sessions themselves are not limited. */
  readonly maxSessions: number;
  /** How many processes are kept ready for conversations to come; default 0. */
  readonly spares?: number;
  /** A process that uses more memory is ended between two turns; default: no limit. */
  readonly memoryLimit?: number;
  /** What a process uses; undefined where that can't be known. */
  readonly memoryOf?: (pid: number) => Promise<number | undefined>;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** Trouble that no task is waiting for: a spare that can't be started, say. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Keeps one lasting process for each of the most recently used sessions, and a few for sessions to
 * come. A session without one is hibernated: its conversation goes on by resuming.
 */
export class SessionManager {
  readonly #options: SessionManagerOptions;
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;
  readonly #opener: Opener;
  readonly #pool: ProcessPool;
  readonly #places: Places;
  readonly #stopping = new AbortController();

  constructor(options: SessionManagerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#onError = options.onError ?? (() => {});
    this.#opener = new Opener(options);
    this.#pool = new ProcessPool({
      ...options,
      now: this.#now,
      start: (name) => this.#opener.openSpare(name),
      remove: (name) => options.workspaces.remove(name),
      onError: this.#onError,
    });
    this.#places = new Places({ ...options, now: this.#now, pool: this.#pool });
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
    this.#stopping.signal.throwIfAborted();
    const idle = this.#pool.get(sessionId);
    if (idle?.lease === undefined && idle?.serving) await this.#endOutdated(sessionId, idle);
    const before = this.#pool.get(sessionId);
    if (before?.lease !== undefined) {
      throw new CicdError("conflict", `Cannot lease session ${sessionId}: a task is using it`);
    }
    const fits = before !== undefined && (before.isConfined || !this.#isConfined(request));
    // Taken out at once: the next one waits for its end.
    if (before !== undefined && !fits) {
      this.#pool.hibernate(sessionId, before).catch(this.#onError);
    }
    const isAlive = fits && before.serving?.process.state !== "dead";
    const resident = isAlive ? before : this.#admit(sessionId, request);
    resident.lease = "coming";
    try {
      const lease = new Lease({
        folder: await resident.folder,
        isWarm: isAlive && before.serving !== undefined,
        serving: resident.opening,
        onConversation: (conversation) =>
          this.#options.store.setConversation(sessionId, conversation),
        onTurnEnd: (serving) =>
          this.#opener.share(sessionId, serving).catch((error) => this.#onError(error)),
        onRelease: () => {
          if (resident.lease === lease) this.#release(sessionId, resident);
        },
      });
      resident.lease = lease;
      return lease;
    } catch (error) {
      resident.lease = undefined;
      throw error;
    }
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

  /** Discards the sessions that had no task for so many milliseconds; tells how many. */
  async expire(ttl: number): Promise<number> {
    const since = this.#now() - ttl;
    const old = await this.#options.store.sessionsIdleSince(since);
    let count = 0;
    for (const id of old) {
      if (this.#pool.get(id)?.lease !== undefined) continue;
      await this.discard(id);
      count += 1;
    }
    await this.#opener.removeOldCopies(since);
    return count;
  }

  /** Ends the unused processes of sessions that are not among these: another host has them now. */
  async endAllBut(held: ReadonlySet<string>): Promise<void> {
    await this.#pool.hibernateAllBut(held);
  }

  /** Removes the files of sessions that another host has now; tells of how many. */
  async removeMoved(): Promise<number> {
    return await this.#places.removeUnclaimed();
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
    this.#stopping.abort(new CicdError("shutting_down", "Cannot lease session: runner stops"));
    this.#opener.stop();
    await this.#pool.stop();
  }

  /** Another host may have gone on with the session: the process here would not know how. */
  async #endOutdated(sessionId: string, resident: Resident): Promise<void> {
    const { conversation = null } = (await this.#options.store.session(sessionId)) ?? {};
    const { serving } = resident;
    if (resident.lease !== undefined || !serving?.isRemembered) return;
    const { id, transcript } = serving.conversation;
    if (conversation?.id !== id || conversation.transcript !== transcript) {
      await this.#pool.hibernate(sessionId, resident);
    }
  }

  /** Whether a process for it has to be started with other settings. */
  #isConfined({ confined = false }: OpenRequest): boolean {
    return confined && this.#options.cli.confined !== undefined;
  }

  /** Makes a session resident: it gets its folder first, and its process while that is filled. */
  #admit(sessionId: string, request: OpenRequest): Resident {
    const { oneShot = false } = request;
    const isConfined = this.#isConfined(request);
    const before = this.#pool.gone(sessionId);
    const place = this.#places.of(sessionId, { mayBeSpare: !oneShot && !isConfined });
    const resident = new Resident({
      folder: place.then(({ name }) => this.#options.workspaces.folder(name)),
      open: async (ending) => {
        const { name, spare } = await place;
        // A spare that does not start harms nobody: another process is started in its place.
        const claimed = await spare?.serving.catch(() => undefined);
        if (claimed !== undefined) return claimed;
        await unlessAborted(Promise.all([before, this.#pool.makeRoom()]), ending);
        // Only now: the process before has saved what the conversation has cost.
        return await this.#opener.open(sessionId, name, request);
      },
      isConfined,
      isTransient: oneShot || this.#pool.mode === "one_shot",
      usedAt: this.#now(),
      onExit: (serving, exit) =>
        this.#opener.saveCost(sessionId, serving, exit).catch(this.#onError),
    });
    this.#pool.add(sessionId, resident);
    return resident;
  }

  #release(sessionId: string, resident: Resident): void {
    resident.lease = undefined;
    resident.usedAt = this.#now();
    const isOver = resident.isTransient || this.#pool.mode === "one_shot";
    const after = isOver
      ? this.#pool.hibernate(sessionId, resident)
      : this.#hibernateLarge(sessionId, resident);
    after.catch(this.#onError);
  }

  /** A process that grew too large is replaced by one that resumes, when it is needed again. */
  async #hibernateLarge(sessionId: string, resident: Resident): Promise<void> {
    const { memoryOf, memoryLimit = Number.POSITIVE_INFINITY } = this.#options;
    const pid = resident.serving?.process.pid;
    const bytes = pid === undefined ? undefined : await memoryOf?.(pid);
    if (bytes === undefined || bytes <= memoryLimit || resident.lease !== undefined) return;
    await this.#pool.hibernate(sessionId, resident);
  }
}
