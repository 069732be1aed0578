import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { RunningLimits } from "#runner/store/claim.ts";
import { startHost } from "#runner/store/host-table.ts";
import { identityOf, type SqlStoreOptions } from "#runner/store/sql-cluster.ts";
import { SqlStore } from "#runner/store/sql-store.ts";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import type { Store } from "#runner/store/store.ts";

/** Where one store lives, through as many openings as a test wants; disposal removes it. */
export interface Place extends AsyncDisposable {
  /** What the store's clock says, in epoch milliseconds. */
  now: number;
  /** Opens it for a host, and settles what an earlier run of the same host left running. */
  open(host?: string, limits?: RunningLimits): Promise<Store>;
  /** Changes the tables behind the store's back; gives the rows. */
  alter(sql: string): Promise<readonly Record<string, unknown>[]>;
}

/** Makes a place whose store is empty. Each driver has its own. */
export type NewPlace = () => Promise<Place>;

/** A folder of its own for an embedded store. */
export interface SqlitePlace extends Place {
  readonly folder: string;
}

/** A {@link NewPlace} for the embedded store. */
export async function newSqlitePlace(): Promise<SqlitePlace> {
  const folder = await mkdtemp(join(tmpdir(), "store-"));
  let first: FirstStore | undefined;
  const place: SqlitePlace = {
    folder,
    now: Date.parse("2026-01-02T03:04:05.678Z"),
    open: async (host = "test-host", limits) => {
      const options = { host, limits, now: () => place.now };
      if (first?.isOpen) return first.join({ ...options, hostId: host });
      first = new FirstStore({ folder, ...options });
      return first;
    },
    alter: async (sql) => {
      const database = new DatabaseSync(join(folder, "cicd-runner.db"), { timeout: 2000 });
      const rows = database.prepare(sql).all();
      database.close();
      return rows;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
  return place;
}

/** The store that has the folder; others come in through it, as many hosts as a test needs. */
class FirstStore extends SqliteStore {
  isOpen = true;

  async join(options: SqlStoreOptions): Promise<SqlStore> {
    await this.driver.write(() => startHost(identityOf(options), this.now()));
    return new JoinedStore(this.driver, options);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.isOpen = false;
    await super[Symbol.asyncDispose]();
  }
}

class JoinedStore extends SqlStore {
  override async [Symbol.asyncDispose](): Promise<void> {}
}
