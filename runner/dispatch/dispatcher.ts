import { setTimeout as delay } from "node:timers/promises";
import type { Claim, Outcome, Watch } from "../store/store.ts";
import { Stopped } from "./interruption.ts";
import { type AttemptOptions, runAttempt } from "./run-attempt.ts";

/** What a dispatcher needs. */
export interface DispatcherOptions extends Omit<AttemptOptions, "stop"> {
  /** How many tasks run at once. */
  readonly concurrency: number;
  /** An attempt starts. */
  readonly onStart?: (claim: Claim) => void;
  /** An attempt ended and the store knows it; `held` is false when the task was another host's. */
  readonly onEnd?: (claim: Claim, outcome: Outcome, held: boolean) => void;
  /** The store failed: the dispatcher goes on trying. */
  readonly onError?: (error: unknown) => void;
}

/** How long to wait after the store failed, in milliseconds. */
const storeRetryDelay = 1000;
/** How often to look without being told; only a safety net, in milliseconds. */
const pollInterval = 5000;

/** Runs what the queue holds: tasks of one session in order, different sessions at once. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #running = new Set<Promise<void>>();
  /** Aborts when no more tasks are to be claimed. */
  readonly #closing = new AbortController();
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

  /**
   * Claims nothing more, lets attempts end for `grace` milliseconds, then interrupts the rest and
   * gives their tasks back to the queue.
   */
  async drain(grace: number): Promise<void> {
    this.#closing.abort();
    await this.#loop;
    const timer = setTimeout(() => this.#stop.abort(new Stopped({ kind: "shutdown" })), grace);
    await Promise.all(this.#running);
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const { store, concurrency } = this.#options;
    using changes = store.watchQueue();
    while (!this.#closing.signal.aborted) {
      this.#wake = new AbortController();
      // Asked before the claim, so that what falls due in between is not missed.
      const { nextRunAt } = await store.stats().catch(() => ({ nextRunAt: undefined }));
      const claim = this.#running.size < concurrency ? await this.#claim() : undefined;
      if (claim === undefined) await this.#waitForWork(changes, nextRunAt);
      else this.#launch(claim);
    }
  }

  async #claim(): Promise<Claim | undefined> {
    try {
      return await this.#options.store.claim();
    } catch (error) {
      this.#options.onError?.(error);
      return undefined;
    }
  }

  #launch(claim: Claim): void {
    const running = this.#attempt(claim).finally(() => {
      this.#running.delete(running);
      // The store told of the end before there was room.
      this.#wake.abort();
    });
    this.#running.add(running);
  }

  async #attempt(claim: Claim): Promise<void> {
    this.#options.onStart?.(claim);
    const outcome = await runAttempt(claim, { ...this.#options, stop: this.#stop.signal });
    // The end of a task is never given up: while the disk is full it waits here.
    for (;;) {
      try {
        const held = await this.#options.store.finish(claim, outcome);
        return this.#options.onEnd?.(claim, outcome, held);
      } catch (error) {
        this.#options.onError?.(error);
        if (this.#closing.signal.aborted) return;
        await delay(storeRetryDelay, undefined, { signal: this.#closing.signal }).catch(() => {});
      }
    }
  }

  /** Until the queue changes, an attempt ends, a delayed task is due, or the dispatcher closes. */
  async #waitForWork(changes: Watch, nextRunAt: number | undefined): Promise<void> {
    const due = Math.max(0, (nextRunAt ?? Number.POSITIVE_INFINITY) - Date.now());
    const wake = this.#wake;
    const timer = setTimeout(() => wake.abort(), Math.min(due, pollInterval));
    await changes.next(AbortSignal.any([wake.signal, this.#closing.signal]));
    clearTimeout(timer);
  }
}
