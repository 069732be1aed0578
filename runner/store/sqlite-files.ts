import { closeSync, fdatasync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { CicdError } from "#shared/error.ts";
import { FolderLock, unusable } from "./folder-lock.ts";
import { migrate } from "./sqlite-schema.ts";

/** The files of an embedded store, which are this program's alone until they are disposed of. */
export interface SqliteFiles extends Disposable {
  /** A commit survives the end of the program, but not a power cut before the next `sync`. */
  readonly database: DatabaseSync;
  /** Brings all that is committed to the disk, off the event loop. */
  sync(): Promise<void>;
}

/** How long a write waits for a person's SQLite shell or a backup to let go, in milliseconds. */
const busyTimeout = 2000;

/**
 * When the write-ahead log is moved into the database, in pages of 4 KiB. At SQLite's own 1,000 that
 * was every few webhooks of a burst, and most pages were moved often.
 */
const checkpointAt = 4000;

/**
 * Opens the store in a folder, which one program at a time may use.
 * @throws CicdError `config_invalid` when another program has it open, or it can't be written.
 */
export function openSqliteFiles(folder: string): SqliteFiles {
  using undo = new DisposableStack();
  undo.use(new FolderLock(folder));
  try {
    const path = join(folder, "cicd-runner.db");
    const database = new DatabaseSync(path, { timeout: busyTimeout });
    undo.defer(() => {
      if (database.isOpen) database.close();
    });
    setUp(database);
    migrate(database);
    // What is committed is on disk when this file is, or when it was moved, which syncs both.
    const log = undo.adopt(openSync(`${path}-wal`, "r+"), closeSync);
    const resources = undo.move();
    return { database, sync: () => sync(log), [Symbol.dispose]: () => resources.dispose() };
  } catch (error) {
    throw error instanceof CicdError ? error : unusable(folder, error);
  }
}

const sync = promisify(fdatasync);

/**
 * NORMAL does not wait for the disk at a commit, but brings log and database to it in the order in
 * which they need each other: https://sqlite.org/pragma.html#pragma_synchronous. On macOS that takes
 * a setting of its own.
 * @throws Error where the database can't have a log, or is damaged.
 */
function setUp(database: DatabaseSync): void {
  const mode = database.prepare("PRAGMA journal_mode = WAL").get()?.journal_mode;
  if (mode !== "wal") throw new Error(`its file system has no shared memory for a log: ${mode}`);
  database.exec(`PRAGMA synchronous = NORMAL; PRAGMA checkpoint_fullfsync = ON;
    PRAGMA wal_autocheckpoint = ${checkpointAt}`);
  // Of a log that an earlier run left, the system may have in memory alone what it takes for written:
  // where the disk has failed, nothing else would write it again.
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}
