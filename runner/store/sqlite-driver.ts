import type { DatabaseSync } from "node:sqlite";
import { CicdError } from "#shared/error.ts";
import type { Driver } from "./driver.ts";
import { GroupCommit } from "./group-commit.ts";
import { prepared } from "./prepared.ts";
import { Signals } from "./signals.ts";
import { openSqliteFiles, type SqliteFiles } from "./sqlite-files.ts";
import { transaction } from "./sqlite-transaction.ts";
import type { Watch } from "./store.ts";
import type { Row, Work } from "./work.ts";

/** SQLite in one folder, which one program at a time may use. */
export class SqliteDriver implements Driver {
  readonly #files: SqliteFiles;
  readonly #group: GroupCommit;
  readonly #signals = new Signals();
  #closing: Promise<void> | undefined;

  /** @throws CicdError as {@link openSqliteFiles} does. */
  constructor(folder: string) {
    this.#files = openSqliteFiles(folder);
    this.#group = new GroupCommit(this.#files.database, this.#files.sync);
  }

  async read<T>(work: () => Work<T>): Promise<T> {
    return await this.#onceOnDisk(() => drive(this.#files.database, work()));
  }

  async write<T>(work: () => Work<T>): Promise<T> {
    try {
      return await this.#group.add(() => drive(this.#files.database, work()));
    } catch (error) {
      throw storeError(error);
    }
  }

  async writeRelaxed<T>(work: () => Work<T>): Promise<T> {
    return await this.#onceOnDisk(() => this.writeRelaxedNow(work));
  }

  /** The same, without waiting for what others have written. */
  writeRelaxedNow<T>(work: () => Work<T>): T {
    const { database } = this.#files;
    try {
      this.#group.check();
      return transaction(database, () => drive(database, work()));
    } catch (error) {
      throw storeError(error);
    }
  }

  notify(topic: string): void {
    this.#signals.notify(topic);
  }

  watch(topic: string): Watch {
    return this.#signals.watch(topic);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  /** Closes it at once, before anything durable was written. */
  close(): void {
    this.#files[Symbol.dispose]();
  }

  /** Gives a result once all is on disk that others have written durably, and it may have seen. */
  async #onceOnDisk<T>(run: () => T): Promise<T> {
    try {
      const result = run();
      await this.#group.settled();
      return result;
    } catch (error) {
      throw storeError(error);
    }
  }

  async #close(): Promise<void> {
    const flushed = this.#group.flush();
    try {
      // Nothing more comes in while those who wait for the disk hear what became of it.
      this.#files.database.close();
    } finally {
      await flushed;
      this.#files[Symbol.dispose]();
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
  if ("syscall" in error) {
    const why = error.message;
    return new CicdError("store_unavailable", `Cannot use store: its disk failed: ${why}`, {
      cause: error,
      hint: "See to the disk of runner.state_dir, then restart: it is not known what is on it",
      retryAfter: 10,
    });
  }
  if (error.code !== "ERR_SQLITE_ERROR") return error;
  return new CicdError("store_unavailable", `Cannot use store: ${error.message}`, {
    cause: error,
    hint: "Check that the disk of runner.state_dir has room and is not read-only",
    retryAfter: 10,
  });
}
