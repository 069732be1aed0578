import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CicdError } from "#shared/error.ts";
import { migrate } from "./schema.ts";

/** The connections of an embedded store, and the lock that keeps other programs out. */
export interface Databases {
  /** Every commit is on disk before it returns. */
  readonly durable: DatabaseSync;
  /** Commits survive the end of the program; a power cut may take those since the last durable one. */
  readonly relaxed: DatabaseSync;
  readonly lock: DatabaseSync;
}

/** How long a write waits for a person's SQLite shell or a backup to let go, in milliseconds. */
const busyTimeout = 2000;

/**
 * Opens the store in a folder, which one program at a time may use.
 * @throws CicdError `config_invalid` when another program has it open, or it can't be written.
 */
export function openDatabases(folder: string): Databases {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unusable(folder, cause);
  }
  const lock = lockFolder(folder);
  const opened = [lock];
  const open = () => {
    const database = new DatabaseSync(join(folder, "cicd-runner.db"), { timeout: busyTimeout });
    opened.unshift(database);
    return database;
  };
  try {
    const durable = open();
    durable.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    migrate(durable);
    const relaxed = open();
    relaxed.exec("PRAGMA synchronous = NORMAL");
    return { durable, relaxed, lock };
  } catch (error) {
    for (const database of opened) database.close();
    throw error instanceof CicdError ? error : unusable(folder, error);
  }
}

/** Closes the store, and frees its folder last. */
export function closeDatabases({ relaxed, durable, lock }: Databases): void {
  for (const database of [relaxed, durable, lock]) if (database.isOpen) database.close();
}

/** A transaction that is never committed: the system frees it however the program ends. */
function lockFolder(folder: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(folder, "lock.db"));
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return lock;
  } catch (cause) {
    lock?.close();
    if (!(cause instanceof Error && /locked|busy/i.test(cause.message))) {
      throw unusable(folder, cause);
    }
    throw new CicdError("config_invalid", `Cannot open store: ${folder} is in use`, {
      cause,
      hint: "Another runner has it open: stop that one, or give this one its own runner.state_dir",
    });
  }
}

function unusable(folder: string, cause: unknown): CicdError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new CicdError("config_invalid", `Cannot open store in ${folder}: ${why}`, {
    cause,
    hint: "runner.state_dir must be a folder that this user can write",
  });
}
