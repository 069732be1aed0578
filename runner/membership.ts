import { CicdError } from "#shared/error.ts";
import type { HostLoad } from "./store/cluster.ts";
import type { Store } from "./store/store.ts";

/** What being one of the hosts of a store needs. Times in milliseconds. */
export interface MembershipOptions {
  readonly store: Pick<Store, "heartbeat" | "reap" | "heldSessions" | "drain" | "leave">;
  readonly load: () => HostLoad;
  /** How long a claim is good without a heartbeat. */
  readonly leaseTime: number;
  /** How often to tell that this host lives. */
  readonly interval: number;
  /** Other hosts may take what this one has claimed, once its leases have run out. */
  readonly isShared: boolean;
  /** These tasks are not this host's any more: their attempts are to stop at once. */
  readonly onLost: (taskIds: readonly string[]) => void;
  /** No claim can be relied on any more: nothing was heard of the store for the time of a lease. */
  readonly onUnheard: () => void;
  /** Ends what this host has of sessions that are not among these. */
  readonly endOutdated: (held: ReadonlySet<string>) => Promise<void>;
  /** Tasks of hosts that are gone were queued again, or ended. */
  readonly onReaped: (count: number) => void;
  readonly onError: (error: unknown) => void;
  /** A clock that only goes forward, in milliseconds. */
  readonly now?: () => number;
}

/** How soon to try again when the store is away, in milliseconds. */
const troubledInterval = 1000;

/**
 * This host's place among those of its store: tells that it lives, hears what it has lost, and takes
 * care of what others have left.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #now: () => number;
  readonly #ending = new AbortController();
  #loop: Promise<void> | undefined;
  /** Tells that leases have run out, unless a heartbeat gets through before. */
  #watchdog: NodeJS.Timeout | undefined;
  #trouble: CicdError | undefined;
  /** Aborts when to beat before its time; another one for each rest. */
  #wake = new AbortController();
  /** Since when each heartbeat has got through. */
  #steadySince: number;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#steadySince = this.#now();
  }

  /** Why the last heartbeat has not got through: a full disk, say; undefined when it has. */
  get trouble(): CicdError | undefined {
    return this.#trouble;
  }

  /** Beats at once: somebody found the store in trouble. */
  look(): void {
    if (this.#trouble === undefined) this.#wake.abort();
  }

  /** Beats until the host leaves. */
  start(): void {
    if (this.#loop !== undefined) return;
    this.#watch(this.#now());
    this.#loop = this.#run();
  }

  /** What this host holds is for others from now on. */
  async drain(): Promise<void> {
    await this.#options.store.drain();
  }

  /** Beats no more, and is not listed any more. */
  async leave(): Promise<void> {
    this.#ending.abort();
    await this.#loop;
    clearTimeout(this.#watchdog);
    await this.#options.store.leave().catch(this.#options.onError);
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    const { interval } = this.#options;
    while (!signal.aborted) {
      const began = this.#now();
      this.#wake = new AbortController();
      await this.#beat(began);
      const pause = this.#trouble === undefined ? interval : Math.min(interval, troubledInterval);
      await rest(
        Math.max(0, pause - (this.#now() - began)),
        AbortSignal.any([signal, this.#wake.signal]),
      );
    }
  }

  async #beat(began: number): Promise<void> {
    const { store, load, isShared, onLost, endOutdated, onError } = this.#options;
    try {
      const { lost } = await store.heartbeat(load());
      // The lease counts from when it was asked for.
      this.#watch(began);
      this.#trouble = undefined;
      if (lost.length > 0) onLost(lost);
      // Not waited for: a process that hangs takes longer to end than a lease lasts.
      if (isShared) endOutdated(new Set(await store.heldSessions())).catch(onError);
      await this.#reap();
    } catch (error) {
      this.#steadySince = this.#now();
      this.#trouble = CicdError.from(error);
      onError(error);
    }
  }

  /** Leases that were renewed at that time will run out, and so will what is claimed meanwhile. */
  #watch(renewedAt: number): void {
    const { leaseTime, isShared, onUnheard } = this.#options;
    clearTimeout(this.#watchdog);
    if (!isShared) return;
    const onRunOut = () => {
      onUnheard();
      this.#watch(this.#now());
    };
    this.#watchdog = setTimeout(onRunOut, Math.max(0, renewedAt + leaseTime - this.#now())).unref();
  }

  /** After the store was away, the others first have the time to tell that they live. */
  async #reap(): Promise<void> {
    const { store, leaseTime, onReaped } = this.#options;
    if (this.#now() - this.#steadySince < leaseTime) return;
    const reaped = await store.reap();
    if (reaped.length > 0) onReaped(reaped.length);
  }
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
