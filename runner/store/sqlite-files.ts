import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CicdError } from "#shared/error.ts";
import { FolderLock, unusable } from "./folder-lock.ts";
import { migrate } from "./sqlite-schema.ts";

/** The connections of an embedded store, and the lock that keeps other programs out. */
export interface Databases {
  /** Every commit is on disk before it returns. */
  readonly durable: DatabaseSync;
  /** Commits survive the end of the program; a power cut may take those since the last durable one. */
  readonly relaxed: DatabaseSync;
  readonly lock: FolderLock;
}

/** How long a write waits for a person's SQLite shell or a backup to let go, in milliseconds. */
const busyTimeout = 2000;

/**
 * Opens the store in a folder, which one program at a time may use.
 * @throws CicdError `config_invalid` when another program has it open, or it can't be written.
 */
export function openDatabases(folder: string): Databases {
  using undo = new DisposableStack();
  const lock = undo.use(new FolderLock(folder));
  const open = () => {
    const database = new DatabaseSync(join(folder, "cicd-runner.db"), { timeout: busyTimeout });
    undo.defer(() => database.close());
    return database;
  };
  try {
    const durable = open();
    durable.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    migrate(durable);
    const relaxed = open();
    relaxed.exec("PRAGMA synchronous = NORMAL");
    undo.move();
    return { durable, relaxed, lock };
  } catch (error) {
    throw error instanceof CicdError ? error : unusable(folder, error);
  }
}

/** Closes the store, and frees its folder last. */
export function closeDatabases({ relaxed, durable, lock }: Databases): void {
  for (const database of [relaxed, durable]) if (database.isOpen) database.close();
  lock[Symbol.dispose]();
}
