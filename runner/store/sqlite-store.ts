import { startHost } from "./host-table.ts";
import { identityOf, type SqlStoreOptions } from "./sql-cluster.ts";
import { SqlStore } from "./sql-store.ts";
import { SqliteDriver } from "./sqlite-driver.ts";

/** What an embedded store needs. */
export interface SqliteStoreOptions extends Omit<SqlStoreOptions, "hostId"> {
  /** The folder of the database; made when it is missing. */
  readonly folder: string;
}

/**
 * The embedded store: SQLite in one folder, one program at a time. Opening it settles what an
 * earlier run left running.
 */
export class SqliteStore extends SqlStore {
  constructor({ folder, ...options }: SqliteStoreOptions) {
    super(openDriver(folder, options), options);
  }
}

function openDriver(folder: string, { now = Date.now, ...options }: SqlStoreOptions): SqliteDriver {
  const driver = new SqliteDriver(folder);
  try {
    driver.writeRelaxedNow(() => startHost(identityOf(options), now()));
    return driver;
  } catch (error) {
    driver.close();
    throw error;
  }
}
