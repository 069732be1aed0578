import * as z from "zod";
import { CicdError, reasonOf } from "#shared/error.ts";
import type { DeadLetter } from "#shared/outbox.ts";
import type { Task, TaskError } from "#shared/task.ts";
import { keptTask } from "../kept-task.ts";
import { DeadRow, type Letter, readLetter, toDeadLetter } from "../letter.ts";
import type { DeadLetterFilter } from "../outbox.ts";
import type { Database } from "./bindings.ts";

const schema = `CREATE TABLE IF NOT EXISTS dead(
  task TEXT PRIMARY KEY, session TEXT NOT NULL, forge TEXT NOT NULL, delivery TEXT NOT NULL,
  kind TEXT NOT NULL, request TEXT NOT NULL, at INTEGER NOT NULL, dead_at INTEGER NOT NULL,
  error TEXT NOT NULL, hand_off TEXT NOT NULL)`;

const Count = z.object({ n: z.number() });

/**
 * The dead letters of a Worker, in D1: a queue forgets after days, and can be neither listed nor
 * picked from.
 * @throws CicdError `store_unavailable` when D1 refuses, from all of them.
 */
export class DeadLetters {
  readonly #database: Database;
  #isMade: Promise<unknown> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds a letter; one that is here already dies anew. */
  async add(letter: Letter, error: TaskError, now: number): Promise<void> {
    const { task, session, forge, delivery, kind, request, at, hand_off } = letter;
    await this.#all(
      `INSERT OR REPLACE INTO dead(
         task, session, forge, delivery, kind, request, at, hand_off, dead_at, error)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[task, session, forge, delivery, kind, request, at, hand_off],
      ...[now, JSON.stringify(error)],
    );
  }

  /** The oldest first. */
  async list(limit: number): Promise<DeadLetter[]> {
    const rows = await this.#all("SELECT * FROM dead ORDER BY at, task LIMIT ?", limit);
    return rows.map((row) => toDeadLetter(DeadRow.parse(row)));
  }

  /** Some that died before a time, the oldest first, to be sent again. */
  async page({ deliveryId, forge }: DeadLetterFilter, before: number): Promise<Letter[]> {
    const rows = await this.#all(
      `SELECT * FROM dead WHERE delivery = coalesce(?, delivery) AND forge = coalesce(?, forge)
         AND dead_at <= ? ORDER BY at, task LIMIT 20`,
      ...[deliveryId ?? null, forge ?? null, before],
    );
    return rows.map((row) => DeadRow.parse(row));
  }

  /** Removes one that was sent again, unless it has died again since. */
  async remove(task: string, before: number): Promise<void> {
    await this.#all("DELETE FROM dead WHERE task = ? AND dead_at <= ?", task, before);
  }

  async find(task: string): Promise<Task | undefined> {
    const [row] = await this.#all("SELECT * FROM dead WHERE task = ?", task);
    if (row === undefined) return undefined;
    const { dead_at: deadAt, ...letter } = DeadRow.parse(row);
    return keptTask(readLetter(letter).handOff, { at: letter.at, deadAt });
  }

  async count(): Promise<number> {
    const [row] = await this.#all("SELECT count(*) AS n FROM dead");
    return Count.parse(row).n;
  }

  async #all(sql: string, ...values: (string | number | null)[]): Promise<readonly unknown[]> {
    try {
      this.#isMade ??= this.#database.prepare(schema).all();
      await this.#isMade;
      const { results } = await this.#database
        .prepare(sql)
        .bind(...values)
        .all();
      return results;
    } catch (cause) {
      this.#isMade = undefined;
      const why = reasonOf(cause);
      throw new CicdError("store_unavailable", `Cannot use dead letters: ${why}`, {
        cause,
        hint: "See docs/edge.md for the database of the Worker",
        retryAfter: 10,
      });
    }
  }
}
