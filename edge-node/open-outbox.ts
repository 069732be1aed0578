import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CicdError, reasonOf } from "#shared/error.ts";

/** What is kept: `dead_at` and `error` of a dead letter alone. Times are epoch milliseconds. */
const schema = `
  CREATE TABLE IF NOT EXISTS kept(
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    task TEXT NOT NULL UNIQUE,
    session TEXT NOT NULL,
    forge TEXT NOT NULL,
    delivery TEXT NOT NULL,
    kind TEXT NOT NULL,
    request TEXT NOT NULL,
    at INTEGER NOT NULL,
    due_at INTEGER NOT NULL DEFAULT 0,
    refusals INTEGER NOT NULL DEFAULT 0,
    dead_at INTEGER,
    error TEXT,
    hand_off TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS kept_waiting ON kept(session, seq) WHERE dead_at IS NULL;
  CREATE INDEX IF NOT EXISTS kept_dead ON kept(seq) WHERE dead_at IS NOT NULL;
  CREATE INDEX IF NOT EXISTS kept_due ON kept(due_at) WHERE dead_at IS NULL;
`;

/**
 * Opens the outbox in a state folder, which one edge at a time may use: the lock is the system's, so
 * it is free again however the program ends. Every commit is on disk before it returns.
 * @throws CicdError `config_invalid` when another program has it open, or it can't be written.
 */
export function openOutbox(stateDir: string): DatabaseSync {
  const folder = join(resolve(stateDir), "outbox");
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    database = new DatabaseSync(join(folder, "outbox.db"));
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL; BEGIN EXCLUSIVE; COMMIT");
    database.exec(schema);
    return database;
  } catch (cause) {
    database?.close();
    const why = reasonOf(cause);
    const message = `Cannot open outbox: ${folder}: ${inUse.test(why) ? "in use" : why}`;
    throw new CicdError("config_invalid", message, { cause, hint: hintOf(why) });
  }
}

const inUse = /locked|busy/i;

function hintOf(why: string): string {
  if (inUse.test(why)) {
    return "Another edge has it open: stop that one, or give this one its own edge.state_dir";
  }
  return /not a database|malformed/.test(why)
    ? "Restore outbox.db from a backup and remove outbox.db-wal, or move both away"
    : "edge.state_dir must be a folder that this user can write";
}
