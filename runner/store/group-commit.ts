import type { DatabaseSync } from "node:sqlite";
import type { DiskSync } from "./disk-sync.ts";
import { prepared } from "./prepared.ts";
import { transaction } from "./sqlite-transaction.ts";

/** A transaction that waits for its turn. */
interface Member {
  /** Runs it, within the one of the group; tells who hears of its result once that is on disk. */
  readonly run: () => () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Commits what comes within one turn of the event loop as one, and waits for the disk without
 * stopping it: a commit takes longer than a small transaction, and hardly longer for many. One that
 * fails changes nothing and spoils nothing for the others.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  readonly #disk: DiskSync;
  #waiting: Member[] = [];

  constructor(database: DatabaseSync, disk: DiskSync) {
    this.#database = database;
    this.#disk = disk;
  }

  /**
   * Runs `work` in a transaction. Resolves once that is on disk. Nothing has changed if it rejects,
   * unless the disk failed: then nobody knows, and all that comes later is refused.
   */
  add<T>(work: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const run = () => {
      const result = work();
      return () => resolve(result);
    };
    this.#waiting.push({ run, fail: reject });
    if (this.#waiting.length === 1) setImmediate(() => this.flush());
    return promise;
  }

  /** Runs and commits what waits. */
  flush(): void {
    const group = this.#waiting;
    this.#waiting = [];
    if (group.length === 0) return;
    const failAll = (error: unknown) => {
      for (const { fail } of group) fail(error);
    };
    try {
      this.#disk.check();
      const outcomes = transaction(this.#database, () => group.map((one) => this.#runAlone(one)));
      this.#disk.reach().then(() => {
        for (const tell of outcomes) tell();
      }, failAll);
    } catch (error) {
      failAll(error);
    }
  }

  #runAlone({ run, fail }: Member): () => void {
    this.#exec("SAVEPOINT member");
    try {
      const tell = run();
      this.#exec("RELEASE member");
      return tell;
    } catch (error) {
      // SQLite rolls all back by itself on some errors, a full disk among them.
      if (!this.#database.isTransaction) throw error;
      this.#exec("ROLLBACK TO member");
      this.#exec("RELEASE member");
      return () => fail(error);
    }
  }

  #exec(sql: string): void {
    prepared(this.#database, sql).run();
  }
}
