import type { DatabaseSync } from "node:sqlite";
import { CicdError } from "#shared/error.ts";
import type { Driver } from "./driver.ts";
import { GroupCommit } from "./group-commit.ts";
import { prepared } from "./prepared.ts";
import { Signals } from "./signals.ts";
import { closeDatabases, type Databases, openDatabases } from "./sqlite-files.ts";
import { transaction } from "./sqlite-transaction.ts";
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
    return this.#commit(this.#databases.durable, work);
  }

  async writeRelaxed<T>(work: () => Work<T>): Promise<T> {
    return this.#commit(this.#databases.relaxed, work);
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

  #commit<T>(database: DatabaseSync, work: () => Work<T>): T {
    try {
      return transaction(database, () => drive(database, work()));
    } catch (error) {
      throw storeError(error);
    }
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
