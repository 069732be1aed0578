import type { DatabaseSync } from "node:sqlite";
import { CicdError } from "#shared/error.ts";
import type { Driver } from "./driver.ts";
import { GroupCommit } from "./group-commit.ts";
import { prepared } from "./prepared.ts";
import { Signals } from "./signals.ts";
import { closeDatabases, type Databases, openDatabases } from "./sqlite-files.ts";
import type { Watch } from "./store.ts";
import type { Row, Work } from "./work.ts";

/** SQLite in one folder, which one program at a time may use. */
export class SqliteDriver implements Driver {
  readonly #databases: Databases;
  readonly #group: GroupCommit;
  readonly #signals = new Signals();

  /** @throws CicdError as {@link openDatabases} does. */
  constructor(folder: string) {
    this.#databases = openDatabases(folder);
    this.#group = new GroupCommit(this.#databases.durable);
  }

  async read<T>(work: () => Work<T>): Promise<T> {
    try {
      return drive(this.#databases.durable, work());
    } catch (error) {
      throw storeError(error);
    }
  }

  async write<T>(work: () => Work<T>): Promise<T> {
    try {
      return await this.#group.add(() => drive(this.#databases.durable, work()));
    } catch (error) {
      throw storeError(error);
    }
  }

  /** Runs what writes before it returns. */
  writeNow<T>(work: () => Work<T>): T {
    return transaction(this.#databases.durable, work);
  }

  async writeRelaxed<T>(work: () => Work<T>): Promise<T> {
    return transaction(this.#databases.relaxed, work);
  }

  notify(topic: string): void {
    this.#signals.notify(topic);
  }

  watch(topic: string): Watch {
    return this.#signals.watch(topic);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  close(): void {
    this.#group.flush();
    closeDatabases(this.#databases);
  }
}

/** Node's SQLite is synchronous and so is this: nothing else of the program comes between. */
function transaction<T>(database: DatabaseSync, work: () => Work<T>): T {
  try {
    // IMMEDIATE: a read that turns into a write would fail with BUSY instead of waiting.
    database.exec("BEGIN IMMEDIATE");
    const result = drive(database, work());
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite has rolled back by itself on some errors, a full disk among them.
    if (database.isOpen && database.isTransaction) database.exec("ROLLBACK");
    throw storeError(error);
  }
}

/** Locks need nothing: a transaction that writes is alone. */
function drive<T>(database: DatabaseSync, work: Work<T>): T {
  let step = work.next([]);
  while (!step.done) {
    const request = step.value;
    const rows: readonly Row[] =
      request.kind === "lock" ? [] : prepared(database, request.sql).all(...request.values);
    step = work.next(rows);
  }
  return step.value;
}

/** An error of SQLite as one of ours; any other stays itself. */
function storeError(error: unknown): unknown {
  if (!(error instanceof Error && "code" in error)) return error;
  if (error.code === "ERR_INVALID_STATE") {
    return new CicdError("shutting_down", "Cannot use store: it is closed", { cause: error });
  }
  if (error.code !== "ERR_SQLITE_ERROR") return error;
  return new CicdError("store_unavailable", `Cannot use store: ${error.message}`, {
    cause: error,
    hint: "Check that the disk of runner.state_dir has room and is not read-only",
    retryAfter: 10,
  });
}
