import type { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { prepared } from "./prepared.ts";
import { transaction } from "./sqlite-transaction.ts";

/** A transaction that waits for its turn. */
interface Member {
  /** Runs it, within the one of the group; tells who hears of its result once that is on disk. */
  readonly run: () => () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Commits together what comes within one turn of the event loop, or while a group is on its way to
 * the disk, for which the loop does not stop. That way takes longer than a small transaction, and
 * hardly longer for many. One that fails changes nothing and spoils nothing for the others.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  readonly #sync: () => Promise<void>;
  #waiting: Member[] = [];
  #committing: Promise<void> | undefined;
  /** One after another: of two at once that the disk fails, only one may hear of it. */
  #onDisk: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  /** `sync` brings to the disk all that was committed before it is called. */
  constructor(database: DatabaseSync, sync: () => Promise<void>) {
    this.#database = database;
    this.#sync = () =>
      sync().catch((error) => {
        this.#failure = { error };
        throw error;
      });
  }

  /**
   * Runs `work` in a transaction. Resolves once that is on disk. Nothing has changed if it rejects,
   * unless the disk failed.
   */
  add<T>(work: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const run = () => {
      const result = work();
      return () => resolve(result);
    };
    this.#waiting.push({ run, fail: reject });
    this.#committing ??= this.#commitAll();
    return promise;
  }

  /** Commits at once what waits. Resolves when nothing is on its way to the disk any more. */
  async flush(): Promise<void> {
    await Promise.all([this.#commit(), this.#committing]);
  }

  /**
   * Resolves when all that is committed now is on disk: until then anybody can read it, and nobody may
   * act on it.
   * @throws what the disk failed with.
   */
  async settled(): Promise<void> {
    await this.#onDisk;
  }

  /**
   * Refuses to go on after the disk has failed: then nobody knows what is on it, not even after it
   * works again.
   * @throws what it failed with.
   */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #commitAll(): Promise<void> {
    await setImmediate();
    while (this.#waiting.length > 0) await this.#commit();
    this.#committing = undefined;
  }

  async #commit(): Promise<void> {
    const group = this.#waiting;
    this.#waiting = [];
    if (group.length === 0) return;
    try {
      this.check();
      const outcomes = transaction(this.#database, () => group.map((one) => this.#runAlone(one)));
      this.#onDisk = this.#onDisk.then(this.#sync);
      await this.settled();
      for (const tell of outcomes) tell();
    } catch (error) {
      for (const { fail } of group) fail(error);
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
