import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { v7 } from "uuid";
import { CicdError, reasonOf } from "#shared/error.ts";

/** Keeps other programs out of a folder until it is disposed of, or the program ends in any way. */
export class FolderLock implements Disposable {
  readonly #lock: DatabaseSync;
  readonly folder: string;

  /**
   * Makes the folder when it is missing, and locks it.
   * @throws CicdError `config_invalid` when another program has it, or it can't be written.
   */
  constructor(folder: string) {
    this.folder = folder;
    this.#lock = lock(folder);
  }

  /**
   * The id of the host whose folder this is: made up once.
   * @throws CicdError `config_invalid` when it can't be read or written.
   */
  hostId(): string {
    const file = join(this.folder, "host-id");
    try {
      writeFileSync(file, v7(), { flag: "wx", flush: true });
    } catch (cause) {
      if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) {
        throw unusable(this.folder, cause);
      }
    }
    const id = readFileSync(file, "utf8").trim();
    if (id !== "") return id;
    throw unusable(this.folder, `${file} is empty`);
  }

  [Symbol.dispose](): void {
    if (this.#lock.isOpen) this.#lock.close();
  }
}

/** Why a folder can't be used. */
export function unusable(folder: string, cause: unknown): CicdError {
  const why = reasonOf(cause);
  const hint = /not a database|malformed/.test(why)
    ? "Restore cicd-runner.db from a backup and remove cicd-runner.db-wal, or move both away"
    : "runner.state_dir must be a folder that this user can write";
  return new CicdError("config_invalid", `Cannot open store in ${folder}: ${why}`, { cause, hint });
}

/** A transaction that is never committed: the system frees it however the program ends. */
function lock(folder: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    database = new DatabaseSync(join(folder, "lock.db"));
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return database;
  } catch (cause) {
    database?.close();
    if (!(cause instanceof Error && /locked|busy/i.test(cause.message))) {
      throw unusable(folder, cause);
    }
    throw new CicdError("config_invalid", `Cannot open store: ${folder} is in use`, {
      cause,
      hint: "Another runner has it open: stop that one, or give this one its own runner.state_dir",
    });
  }
}
