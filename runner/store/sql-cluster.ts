import type { RunningLimits } from "./claim.ts";
import type {
  Cluster,
  DeadLetterFilter,
  Heartbeat,
  HostLoad,
  Pruned,
  Retention,
} from "./cluster.ts";
import { listDeadLetters, replayTask } from "./dead-letters.ts";
import type { Driver } from "./driver.ts";
import {
  beat,
  drainHost,
  type HostIdentity,
  listHosts,
  removeForgottenHosts,
  removeHost,
} from "./host-table.ts";
import { pruneJournals, pruneSessions, pruneTasks } from "./prune.ts";
import { listExpired, reapTask } from "./reap.ts";
import { forgetReviews } from "./review-table.ts";
import { holdSession, listHeldSessions, releaseSession } from "./session-table.ts";
import type { Work } from "./work.ts";

/** Who uses a store, and how. */
export interface SqlStoreOptions {
  /** How this host calls itself in journals. */
  readonly host: string;
  /** Stays the same through restarts, and no other host has it; default: `local`. */
  readonly hostId?: string | undefined;
  /** Where other hosts reach this one. */
  readonly url?: string | undefined;
  /** Default: none. */
  readonly limits?: RunningLimits | undefined;
  /** Epoch milliseconds. */
  readonly now?: (() => number) | undefined;
}

/** The host that {@link SqlStoreOptions} are about. */
export function identityOf({ host, hostId = "local", url }: SqlStoreOptions): HostIdentity {
  return { id: hostId, name: host, url: url ?? null };
}

/** The part of a store that is about hosts, and about what has ended. */
export class SqlCluster implements Cluster {
  protected readonly driver: Driver;
  protected readonly host: HostIdentity;
  readonly now: () => number;
  /** Tasks by the owner of the fence that this host claimed them with, until it has finished them. */
  protected readonly claimed = new Map<string, string>();

  constructor(driver: Driver, { now = Date.now, ...options }: SqlStoreOptions) {
    this.driver = driver;
    this.host = identityOf(options);
    this.now = now;
  }

  get hostId(): string {
    return this.host.id;
  }

  async heartbeat(load: HostLoad): Promise<Heartbeat> {
    const owners = [...this.claimed.keys()];
    const { held, interruptions } = await this.driver.write(() =>
      beat(this.host, { load, owners, now: this.now() }),
    );
    const lost = owners
      .filter((owner) => !held.includes(owner))
      .flatMap((owner) => {
        const taskId = this.claimed.get(owner);
        this.claimed.delete(owner);
        return taskId === undefined ? [] : [taskId];
      });
    return { lost, interruptions };
  }

  async hosts() {
    return this.driver.read(() => listHosts(this.now()));
  }

  async drain() {
    await this.driver.write(() => drainHost(this.host.id));
    this.notify(queueTopic);
  }

  async leave() {
    await this.driver.write(() => removeHost(this.host.id));
    this.notify(queueTopic);
  }

  async reap(): Promise<string[]> {
    const expired = await this.driver.read(() => listExpired(this.now()));
    const reaped: string[] = [];
    for (const task of expired) {
      // A host that has slept is not the one to give its own tasks up.
      if (this.claimed.has(task.owner)) continue;
      const settled = await this.driver.write(() =>
        reapTask(task, { now: this.now, onlyExpired: true }),
      );
      if (settled) reaped.push(task.id);
    }
    await this.driver.write(() => removeForgottenHosts(this.now()));
    if (reaped.length > 0) this.notify(...reaped.map(taskTopic), queueTopic);
    return reaped;
  }

  async holdSession(sessionId: string) {
    return this.driver.write(() => holdSession(sessionId, this.host.id, this.now()));
  }

  async releaseSession(sessionId: string) {
    await this.driver.write(() => releaseSession(sessionId, this.host.id));
    this.notify(queueTopic);
  }

  async heldSessions() {
    return this.driver.read(() => listHeldSessions(this.host.id));
  }

  async deadLetters(filter: DeadLetterFilter) {
    return this.driver.read(() => listDeadLetters(filter));
  }

  async replay(taskId: string, { limit }: { limit: number }) {
    const replayed = await this.driver.write(() => replayTask(taskId, { limit, now: this.now }));
    if (replayed?.outcome === "accepted") this.notify(queueTopic);
    return replayed;
  }

  async prune({ before, maxBytes, reviewsBefore, signal }: Retention): Promise<Pruned> {
    if (reviewsBefore !== undefined) await this.driver.write(() => forgetReviews(reviewsBefore));
    const tasks = await this.#all(() => pruneTasks(before), signal);
    await this.#all(() => pruneSessions(before), signal);
    const journals =
      maxBytes === undefined ? 0 : await this.#all(() => pruneJournals(maxBytes), signal);
    return { tasks, journals };
  }

  protected notify(...topics: readonly string[]): void {
    for (const topic of topics) this.driver.notify(topic);
  }

  /** Repeats a step, each in a transaction of its own, until it finds nothing; gives how many. */
  async #all(step: () => Work<string[]>, signal: AbortSignal | undefined): Promise<number> {
    for (let count = 0; ; ) {
      if (signal?.aborted) return count;
      const ids = await this.driver.write(step);
      if (ids.length === 0) return count;
      count += ids.length;
      this.notify(...ids.map(taskTopic));
      // The embedded database has done all this at once: others of this program come first now.
      await new Promise(setImmediate);
    }
  }
}

/** The topic of whatever may let a task be claimed. */
export const queueTopic = "queue";

/** The topic of one task. */
export function taskTopic(id: string): string {
  return `task:${id}`;
}
