import { reapTasks } from "./reap.ts";
import { SqlStore, type SqlStoreOptions } from "./sql-store.ts";
import { SqliteDriver } from "./sqlite-driver.ts";

/** What an embedded store needs. */
export interface SqliteStoreOptions extends SqlStoreOptions {
  /** The folder of the database; made when it is missing. */
  readonly folder: string;
}

/**
 * The embedded store: SQLite in one folder, one program at a time. Opening it settles what an
 * earlier run left running.
 */
export class SqliteStore extends SqlStore {
  constructor({ folder, ...options }: SqliteStoreOptions) {
    super(openDriver(folder, options.now), options);
  }
}

function openDriver(folder: string, now = Date.now): SqliteDriver {
  const driver = new SqliteDriver(folder);
  try {
    driver.writeNow(() => reapTasks(now()));
    return driver;
  } catch (error) {
    driver.close();
    throw error;
  }
}
