import { CicdError } from "#shared/error.ts";
import type { Task } from "#shared/task.ts";
import type { Store } from "../store/store.ts";
import { headOf } from "./head-of.ts";
import { publishEnding } from "./publish-ending.ts";
import type { Publisher } from "./publisher.ts";

/** What pages are told with. */
export interface PageEndingsOptions {
  readonly store: Pick<
    Store,
    "journal" | "takeOwedPages" | "postponePage" | "settlePage" | "tasks" | "watchQueue"
  >;
  /** Asked for each page. */
  readonly publisher: () => Publisher;
  /** A page could not be told; it is tried again unless the error says that somebody has to act. */
  readonly onError: (error: unknown) => void;
}

/** Pages that are told at once, at most. */
const atOnce = 20;
/** How long no other host tells a page that this one has taken, in milliseconds. */
const toldWithin = 10_000;
/** Before the first repeat; it doubles. */
const firstPause = 1000;
const longestPause = 5 * 60_000;
/** Clocks of host and store differ: what is due here may be due there a moment later. */
const shortestPause = 250;
const clockSkew = 2000;
/** How long after its end a task's page is tried to be told. */
const giveUpAfter = 24 * 3_600_000;

/**
 * Tells the pages of tasks that ended without a result: failed, cancelled or superseded, in an
 * attempt, in the queue, or because the host died too often. What is owed is in the store, so that a
 * page is told after a restart too.
 */
export class PageEndings implements AsyncDisposable {
  readonly #options: PageEndingsOptions;
  readonly #closing = new AbortController();
  /** When to try again, and the pause after that, by task; others of the store may come first. */
  readonly #later = new Map<string, { readonly at: number; readonly pause: number }>();
  readonly #running: Promise<void>;

  constructor(options: PageEndingsOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    using changes = this.#options.store.watchQueue();
    while (!signal.aborted) {
      const wait = await this.#look().catch((error) => {
        if (!signal.aborted) this.#options.onError(error);
        return firstPause;
      });
      if (wait === 0) continue;
      const wake = new AbortController();
      const timer = setTimeout(() => wake.abort(), wait);
      await changes.next(AbortSignal.any([wake.signal, signal]));
      clearTimeout(timer);
    }
  }

  /** Tells what is owed; resolves to how long nothing more is due, in milliseconds. */
  async #look(): Promise<number> {
    const began = Date.now();
    const owed = await this.#options.store.takeOwedPages(atOnce, toldWithin);
    const taken = new Set(owed.map(({ id }) => id));
    for (const [id, { at }] of this.#later) {
      // Another host has told it.
      if (at + clockSkew <= began && !taken.has(id)) this.#later.delete(id);
    }
    await Promise.all(owed.map((task) => this.#tell(task)));
    if (owed.length === atOnce) return 0;
    const next = Math.min(...[...this.#later.values()].map(({ at }) => at)) - Date.now();
    return Math.max(shortestPause, Math.min(toldWithin, next));
  }

  async #tell(task: Task): Promise<void> {
    const { store, onError } = this.#options;
    try {
      await this.#end(task);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      onError(error);
      const { category } = CicdError.from(error);
      const isHopeless = category !== "transient" && category !== "platform";
      const pause = this.#later.get(task.id)?.pause ?? firstPause;
      const isLate = Date.now() - Date.parse(task.ended_at ?? task.created_at) > giveUpAfter;
      if (!isHopeless && !isLate) {
        await store.postponePage(task.id, pause);
        const next = Math.min(longestPause, pause * 2);
        this.#later.set(task.id, { at: Date.now() + pause, pause: next });
        return;
      }
    }
    this.#later.delete(task.id);
    await store.settlePage(task.id);
  }

  async #end(task: Task): Promise<void> {
    // Its review or answer is there.
    if (task.state === "succeeded") return;
    const { store } = this.#options;
    const publisher = this.#options.publisher();
    const { signal } = this.#closing;
    const beforeWrite = async () => signal.throwIfAborted();
    const page = publisher.openPage(task.event, { signal, beforeWrite });
    if (page === undefined) return;
    // Most recent first. What a later review has said of the page stays.
    const recent = await store.tasks({ sessionId: task.session_id, limit: 100 });
    const place = recent.findIndex(({ id }) => id === task.id);
    const after = place === -1 ? recent : recent.slice(0, place);
    const later = after.filter(({ kind }) => kind === task.kind);
    const headSha = await headOf(task, store);
    // One that ended in the queue has shown nothing, and one that waits may end there.
    const begun = later.filter(({ started_at }) => started_at !== null);
    const waits = later.some(({ state }) => state === "queued");
    const heads = await Promise.all(begun.map((other) => headOf(other, store)));
    await publishEnding(page, task, {
      text: publisher.text,
      headSha,
      isLatest: place !== -1 && begun.length === 0 && !waits,
      isOutdated: heads.includes(headSha),
    });
  }
}
