import { setTimeout as delay } from "node:timers/promises";
import type { Permit } from "../resilience/breaker.ts";
import type { Guard } from "../resilience/guard.ts";
import type { Claim, Outcome, Watch } from "../store/store.ts";
import { Stopped } from "./interruption.ts";
import { type AttemptOptions, runAttempt } from "./run-attempt.ts";

/** What a dispatcher needs. */
export interface DispatcherOptions extends Omit<AttemptOptions, "stop"> {
  /** How many tasks may run at once, now. */
  readonly concurrency: () => number;
  /** Holds attempts back while they would fail; default: never. */
  readonly guard?: Pick<Guard, "retryAt" | "tryAcquire" | "record">;
  /** An attempt starts. */
  readonly onStart?: (claim: Claim) => void;
  /** An attempt ended and the store knows it; `held` is false when the task was another host's. */
  readonly onEnd?: (claim: Claim, outcome: Outcome, held: boolean) => void;
  /** The store failed: the dispatcher goes on trying. */
  readonly onError?: (error: unknown) => void;
}

/** An attempt that runs. */
interface Running {
  readonly taskId: string;
  readonly sessionId: string;
  readonly ended: Promise<void>;
}

/** How long to wait after the store failed, in milliseconds. */
const storeRetryDelay = 1000;
/** How often to look without being told; only a safety net, in milliseconds. */
const pollInterval = 5000;

/** Runs what the queue holds: tasks of one session in order, different sessions at once. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  /** Attempts by what ends them when their task is lost. */
  readonly #running = new Map<AbortController, Running>();
  /** Aborts when no more tasks are to be claimed. */
  readonly #closing = new AbortController();
  /** Aborts when the host ends: then nothing waits for the store any more. */
  readonly #ending = new AbortController();
  /** Aborts, with {@link Stopped}, when running attempts are to end now. */
  readonly #stop = new AbortController();
  #loop: Promise<void> | undefined;
  /** Aborts when to look again; another one for each look. */
  #wake = new AbortController();

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** How many tasks run now. */
  get running(): number {
    return this.#running.size;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Claims nothing more; what runs goes on. */
  close(): void {
    this.#closing.abort();
  }

  /** Stops attempts at tasks that are not this host's any more; without ids, all. */
  abandon(taskIds?: readonly string[]): void {
    for (const [own, { taskId }] of this.#running) {
      if (taskIds?.includes(taskId) ?? true) own.abort(new Stopped({ kind: "lost" }));
    }
  }

  /**
   * Claims nothing more, lets attempts end for `grace` milliseconds, then interrupts the rest and
   * gives their tasks back to the queue.
   */
  async drain(grace: number): Promise<void> {
    this.close();
    this.#ending.abort();
    await this.#loop;
    const timer = setTimeout(() => this.#stop.abort(new Stopped({ kind: "shutdown" })), grace);
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    using changes = this.#options.store.watchQueue();
    while (!this.#closing.signal.aborted) {
      this.#wake = new AbortController();
      const began = performance.now();
      const admitted = this.#running.size < this.#options.concurrency() && (await this.#admit());
      if (admitted) continue;
      // As it was before the claim, so that what has fallen due since is not missed.
      const due = await this.#nextDue(performance.now() - began);
      await this.#waitForWork(changes, due);
    }
  }

  /** Starts a task, if there is one that may be started. */
  async #admit(): Promise<boolean> {
    const { guard } = this.#options;
    const permit = guard?.tryAcquire();
    if (guard !== undefined && permit === undefined) return false;
    const claim = await this.#claim();
    if (claim === undefined) permit?.[Symbol.dispose]();
    else this.#launch(claim, permit);
    return claim !== undefined;
  }

  async #claim(): Promise<Claim | undefined> {
    try {
      return await this.#options.store.claim();
    } catch (error) {
      this.#options.onError?.(error);
      return undefined;
    }
  }

  #launch(claim: Claim, permit: Permit | undefined): void {
    const own = new AbortController();
    const ended = this.#attempt(claim, permit, own.signal).finally(() => {
      this.#running.delete(own);
      // The store told of the end before there was room.
      this.#wake.abort();
    });
    const { id: taskId, session_id: sessionId } = claim.task;
    this.#running.set(own, { taskId, sessionId, ended });
  }

  async #attempt(claim: Claim, permit: Permit | undefined, own: AbortSignal): Promise<void> {
    this.#options.onStart?.(claim);
    await this.#endLost(claim.task.session_id);
    const stop = AbortSignal.any([this.#stop.signal, own]);
    const outcome = await runAttempt(claim, { ...this.#options, stop });
    if (permit !== undefined) this.#options.guard?.record(permit, outcome);
    // The end of a task is never given up: while the disk is full it waits here.
    for (;;) {
      try {
        const held = await this.#options.store.finish(claim, outcome);
        return this.#options.onEnd?.(claim, outcome, held);
      } catch (error) {
        this.#options.onError?.(error);
        if (this.#ending.signal.aborted) return;
        await delay(storeRetryDelay, undefined, { signal: this.#ending.signal }).catch(() => {});
      }
    }
  }

  /** A session that could be claimed is no other attempt's any more, and its process is still in use. */
  async #endLost(sessionId: string): Promise<void> {
    const lost = [...this.#running].filter(([, running]) => running.sessionId === sessionId);
    for (const [own] of lost) own.abort(new Stopped({ kind: "lost" }));
    await Promise.all(lost.map(([, { ended }]) => ended));
  }

  /** When a task falls due, or may be tried again, seen from so many milliseconds ago. */
  async #nextDue(ago: number): Promise<number> {
    const { store, guard } = this.#options;
    const { nextRunAt } = await store.stats(ago).catch(() => ({ nextRunAt: undefined }));
    return Math.min(...[nextRunAt, guard?.retryAt].map((at) => at ?? Number.POSITIVE_INFINITY));
  }

  /** Until the queue changes, an attempt ends, a task is due, or the dispatcher closes. */
  async #waitForWork(changes: Watch, due: number): Promise<void> {
    const rest = Math.max(0, due - Date.now());
    const wake = this.#wake;
    const timer = setTimeout(() => wake.abort(), Math.min(rest, pollInterval));
    await changes.next(AbortSignal.any([wake.signal, this.#closing.signal]));
    clearTimeout(timer);
  }
}
