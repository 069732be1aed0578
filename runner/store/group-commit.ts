import type { DatabaseSync } from "node:sqlite";
import { prepared } from "./prepared.ts";
import { transaction } from "./sqlite-transaction.ts";

/** A transaction that waits for its turn. */
interface Member {
  /** Runs it, within the one of the group; tells who hears of its result once that is on disk. */
  readonly run: () => () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Commits what comes within one turn of the event loop as one: bringing it to the disk takes most of
 * the time of a small transaction, and as long for many. One that fails changes nothing and spoils
 * nothing for the others.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  #waiting: Member[] = [];

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Runs `work` in a transaction. Resolves once that is on disk; nothing has changed if it rejects. */
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
    let outcomes: (() => void)[];
    try {
      outcomes = transaction(this.#database, () => group.map((one) => this.#runAlone(one)));
    } catch (error) {
      for (const { fail } of group) fail(error);
      return;
    }
    for (const tell of outcomes) tell();
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
