import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import pLimit from "p-limit";
import { CicdError } from "#shared/error.ts";
import type { ProcessState } from "#shared/session.ts";
import type { Start } from "#shared/task.ts";
import { type CliArgumentOptions, cliArguments, type Opening } from "../claude/arguments.ts";
import { CliProcess, type CliProcessOptions } from "../claude/cli-process.ts";
import type { Conversation, Store } from "../store/store.ts";
import { Lease } from "./lease.ts";

/** What all processes of a runner have in common. */
export type CliSettings = CliArgumentOptions &
  Omit<CliProcessOptions, "arguments" | "cwd" | "onState">;

/** What a session manager needs. */
export interface SessionManagerOptions {
  readonly store: Pick<Store, "session" | "setConversation">;
  readonly cli: CliSettings;
  /** How many processes may be resident. Sessions themselves are not limited. */
  readonly maxSessions: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly onState?: (sessionId: string, from: ProcessState, to: ProcessState) => void;
}

/** How a session is acquired. */
export interface AcquireOptions {
  /** The folder that the process works in, the same for ever. */
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** A process has to be started first, in this way. */
  readonly onStarting?: ((start: Exclude<Start, "warm">) => void) | undefined;
}

/** A session that has a process, or is getting one. */
interface Resident {
  leased: boolean;
  /** Epoch milliseconds of its last release. */
  usedAt: number;
  /** Undefined while the process starts. */
  serving: Serving | undefined;
}

/** A process that runs, and the conversation that it serves. */
interface Serving {
  readonly process: CliProcess;
  conversation: Conversation;
  /** The store knows the conversation: a message was sent. */
  isRemembered: boolean;
}

/**
 * Keeps one lasting process for each of the most recently used sessions. A session without one is
 * hibernated: its conversation goes on by resuming when it is acquired again.
 */
export class SessionManager {
  readonly #options: SessionManagerOptions;
  readonly #now: () => number;
  readonly #residents = new Map<string, Resident>();
  /** Two processes of one conversation would fork it: nobody starts one while another still ends. */
  readonly #ending = new Map<string, Promise<unknown>>();
  /** A cold start takes most of a core for most of a second. */
  readonly #startLimit = pLimit(availableParallelism());
  /** What acquires under way lead to. */
  readonly #starting = new Set<Promise<Lease>>();
  /** Aborts when the manager stops. */
  readonly #stopping = new AbortController();

  constructor(options: SessionManagerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** How many processes are resident, starting ones included. */
  get size(): number {
    return this.#residents.size;
  }

  /**
   * The session's process for one task: the one that lives, or a new one that resumes the
   * conversation, or begins it. Disposing the lease gives it back.
   * @throws CicdError `conflict` when it is leased already, `shutting_down` once the manager stops,
   * and what {@link CliProcess.start} throws.
   */
  async acquire(sessionId: string, options: AcquireOptions): Promise<Lease> {
    this.#stopping.signal.throwIfAborted();
    const warm = this.#residents.get(sessionId);
    if (warm?.leased) {
      throw new CicdError("conflict", `Cannot acquire session ${sessionId}: a task is using it`);
    }
    if (warm?.serving?.process.state === "ready") {
      return this.#lease(sessionId, warm, warm.serving, "warm");
    }
    const resident: Resident = { leased: true, usedAt: this.#now(), serving: undefined };
    this.#residents.set(sessionId, resident);
    const starting = this.#fill(sessionId, resident, options);
    this.#starting.add(starting);
    try {
      return await starting;
    } catch (error) {
      this.#remove(sessionId, resident);
      throw error;
    } finally {
      this.#starting.delete(starting);
    }
  }

  /** The state of a session's process; undefined while the session is hibernated. */
  processOf(sessionId: string): { state: ProcessState; pid: number | null } | undefined {
    const resident = this.#residents.get(sessionId);
    if (resident === undefined) return undefined;
    const process = resident.serving?.process;
    return { state: process?.state ?? "starting", pid: process?.pid ?? null };
  }

  /**
   * Ends a session's process; the conversation can still be resumed. False when there is none.
   * @throws CicdError `conflict` while a task uses it.
   */
  async terminate(sessionId: string): Promise<boolean> {
    const resident = this.#residents.get(sessionId);
    if (resident === undefined) return false;
    if (resident.leased) {
      throw new CicdError("conflict", `Cannot end session ${sessionId}: a task is using it`, {
        hint: "Cancel the task first",
      });
    }
    await this.#hibernate(sessionId, resident);
    return true;
  }

  /** Ends a session's process and lets go of its conversation: the next one begins anew. */
  async forget(sessionId: string): Promise<void> {
    await this.terminate(sessionId);
    await this.#options.store.setConversation(sessionId, null);
  }

  /** Ends the processes that were not used for so many milliseconds; tells how many. */
  async hibernateIdle(timeout: number): Promise<number> {
    const idle = this.#idle().filter(([, { usedAt }]) => usedAt + timeout <= this.#now());
    await Promise.all(idle.map(([id, resident]) => this.#hibernate(id, resident)));
    return idle.length;
  }

  /** Ends all processes; nothing can be acquired any more. */
  async stop(): Promise<void> {
    this.#stopping.abort(new CicdError("shutting_down", "Cannot acquire session: stopping"));
    await Promise.allSettled(this.#starting);
    const all = [...this.#residents].map(([id, resident]) => this.#hibernate(id, resident));
    await Promise.all([...all, ...this.#ending.values()]);
  }

  /** Gives a new resident its process. */
  async #fill(sessionId: string, resident: Resident, options: AcquireOptions): Promise<Lease> {
    await Promise.all([this.#ending.get(sessionId), this.#makeRoom()]);
    const { serving, start } = await this.#start(sessionId, options);
    resident.serving = serving;
    void serving.process.exited.then(() => this.#remove(sessionId, resident));
    return this.#lease(sessionId, resident, serving, start);
  }

  #lease(sessionId: string, resident: Resident, serving: Serving, start: Start): Lease {
    resident.leased = true;
    return new Lease({
      process: serving.process,
      start,
      conversation: serving.conversation,
      isRemembered: serving.isRemembered,
      onConversation: async (conversation) => {
        await this.#options.store.setConversation(sessionId, conversation);
        serving.conversation = conversation;
        serving.isRemembered = true;
      },
      onRelease: () => {
        resident.leased = false;
        resident.usedAt = this.#now();
      },
    });
  }

  async #start(
    sessionId: string,
    { cwd, signal, onStarting }: AcquireOptions,
  ): Promise<{ serving: Serving; start: Exclude<Start, "warm"> }> {
    const { store } = this.#options;
    const { conversation } = (await store.session(sessionId)) ?? {};
    if (conversation) {
      onStarting?.("resumed");
      try {
        const opening = { kind: "resume", id: conversation.id } as const;
        const process = await this.#spawn(sessionId, { opening, cwd, signal });
        return { serving: { process, conversation, isRemembered: true }, start: "resumed" };
      } catch (error) {
        if (!(error instanceof CicdError && error.code === "session_lost")) throw error;
        await store.setConversation(sessionId, null);
      }
    }
    onStarting?.("cold");
    const id = randomUUID();
    const process = await this.#spawn(sessionId, { opening: { kind: "new", id }, cwd, signal });
    const fresh = { id, costUsd: 0 };
    return { serving: { process, conversation: fresh, isRemembered: false }, start: "cold" };
  }

  #spawn(
    sessionId: string,
    { opening, cwd, signal }: { opening: Opening; cwd: string; signal: AbortSignal },
  ): Promise<CliProcess> {
    const { cli, onState } = this.#options;
    const options = {
      ...cli,
      arguments: cliArguments(opening, cli),
      cwd,
      onState: (from: ProcessState, to: ProcessState) => onState?.(sessionId, from, to),
    };
    const given = AbortSignal.any([signal, this.#stopping.signal]);
    return this.#startLimit(() => CliProcess.start(options, given));
  }

  /** Hibernates the least recently used idle sessions until this one more fits. */
  async #makeRoom(): Promise<void> {
    const surplus = this.#residents.size - this.#options.maxSessions;
    const idle = this.#idle().sort(([, a], [, b]) => a.usedAt - b.usedAt);
    const evicted = idle.slice(0, Math.max(0, surplus));
    await Promise.all(evicted.map(([id, resident]) => this.#hibernate(id, resident)));
  }

  #idle(): [string, Resident][] {
    return [...this.#residents].filter(([, { leased }]) => !leased);
  }

  async #hibernate(sessionId: string, resident: Resident): Promise<void> {
    this.#remove(sessionId, resident);
    const ended = resident.serving?.process.end();
    if (ended === undefined) return;
    this.#ending.set(sessionId, ended);
    try {
      await ended;
    } finally {
      this.#ending.delete(sessionId);
    }
  }

  /** A later process of the same session is another resident and stays. */
  #remove(sessionId: string, resident: Resident): void {
    if (this.#residents.get(sessionId) === resident) this.#residents.delete(sessionId);
  }
}
