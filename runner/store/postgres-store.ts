import type { Retention } from "./cluster.ts";
import { FolderLock } from "./folder-lock.ts";
import { startHost } from "./host-table.ts";
import { PostgresDriver } from "./postgres-driver.ts";
import { identityOf, type SqlStoreOptions } from "./sql-cluster.ts";
import { SqlStore } from "./sql-store.ts";
import type { QueueStats } from "./store.ts";

/** What a shared store needs. */
export interface PostgresStoreOptions extends Omit<SqlStoreOptions, "hostId"> {
  /** `postgres://user:password@host/database`. */
  readonly database: string;
  /** The host's own folder, where its id is; made when it is missing. */
  readonly folder: string;
}

/**
 * The shared store: a PostgreSQL database, any number of hosts. Opening it settles what an earlier
 * run of this host left running.
 */
export class PostgresStore extends SqlStore {
  readonly #resources: AsyncDisposable;
  readonly #clockOffset: () => number;

  /**
   * Locks the folder and connects.
   * @throws CicdError as {@link PostgresDriver.open} and {@link FolderLock} do.
   */
  static async open({ database, folder, ...rest }: PostgresStoreOptions): Promise<PostgresStore> {
    await using undo = new AsyncDisposableStack();
    const lock = undo.use(new FolderLock(folder));
    const driver = undo.use(await PostgresDriver.open(database));
    // The database's clock is the one that all hosts share.
    const clockOffset = () => (rest.now === undefined ? driver.now() - Date.now() : 0);
    const { now = () => driver.now() } = rest;
    const options = { ...rest, hostId: lock.hostId(), now };
    await driver.write(() => startHost(identityOf(options), now()));
    return new PostgresStore(driver, options, { clockOffset, resources: undo.move() });
  }

  private constructor(
    driver: PostgresDriver,
    options: SqlStoreOptions,
    { clockOffset, resources }: { clockOffset: () => number; resources: AsyncDisposable },
  ) {
    super(driver, options);
    this.#clockOffset = clockOffset;
    this.#resources = resources;
  }

  /** Times as this host's clock will show them: it is what waits are measured by. */
  override async stats(ago?: number): Promise<QueueStats> {
    const { nextRunAt, oldestQueuedAt, ...counts } = await super.stats(ago);
    const ahead = this.#clockOffset();
    return {
      ...counts,
      nextRunAt: nextRunAt === undefined ? undefined : nextRunAt - ahead,
      oldestQueuedAt: oldestQueuedAt === undefined ? undefined : oldestQueuedAt - ahead,
    };
  }

  override async spentSince(epochMs: number) {
    return super.spentSince(this.#shared(epochMs));
  }

  override async sessionsIdleSince(epochMs: number) {
    return super.sessionsIdleSince(this.#shared(epochMs));
  }

  override async prune({ before, reviewsBefore, ...retention }: Retention) {
    return super.prune({
      ...retention,
      before: this.#shared(before),
      reviewsBefore: reviewsBefore === undefined ? undefined : this.#shared(reviewsBefore),
    });
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources[Symbol.asyncDispose]();
  }

  /** What the shared clock showed at a time of this host's: that is what others ask by. */
  #shared(epochMs: number): number {
    return epochMs + this.#clockOffset();
  }
}
