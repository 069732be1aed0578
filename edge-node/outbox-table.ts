import type { DatabaseSync, StatementSync } from "node:sqlite";
import * as z from "zod";
import { keptTask } from "#edge/kept-task.ts";
import { DeadRow, Letter, readLetter, toDeadLetter } from "#edge/letter.ts";
import type { DeadLetterFilter } from "#edge/outbox.ts";
import { CicdError, reasonOf } from "#shared/error.ts";
import type { DeadLetter } from "#shared/outbox.ts";
import type { Task, TaskError } from "#shared/task.ts";

/** A letter that waits, and how often the runner has refused it. */
export const Waiting = Letter.extend({ seq: z.number(), refusals: z.number() });
/** {@link Waiting} as a type. */
export type Waiting = z.infer<typeof Waiting>;

const Kept = Letter.extend({ dead_at: z.number().nullable() });
const Due = z.object({ at: z.number().nullable() });
const Counts = z.object({ depth: z.number(), oldest: z.number().nullable(), dead: z.number() });
const Used = z.object({ bytes: z.number() });

/** When it is, and the latest time that is waited for; epoch milliseconds. */
interface DueTimes {
  readonly time: number;
  readonly latest: number;
}

/**
 * The table of the outbox. Each call is one statement, and so all or nothing.
 * @throws CicdError `store_unavailable` when SQLite refuses, from all of them.
 */
export class OutboxTable {
  readonly #database: DatabaseSync;
  /** Compiled once: each webhook asks whether anything waits. */
  readonly #statements = new Map<string, StatementSync>();
  /** Whether anything waits; undefined when that may have changed. */
  #anyWaits: boolean | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Whether anything waits, which is asked for each webhook. */
  anyWaits(): boolean {
    const sql = "SELECT 1 FROM kept WHERE dead_at IS NULL LIMIT 1";
    this.#anyWaits ??= this.#all(sql).length > 0;
    return this.#anyWaits;
  }

  /** Whether anything of a session waits. */
  waits(session: string): boolean {
    const sql = "SELECT 1 FROM kept WHERE session = ? AND dead_at IS NULL LIMIT 1";
    return this.#all(sql, session).length > 0;
  }

  /** Adds a letter that waits. */
  add({ task, session, forge, delivery, kind, request, at, hand_off }: Letter): void {
    this.#run(
      `INSERT INTO kept(task, session, forge, delivery, kind, request, at, hand_off)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[task, session, forge, delivery, kind, request, at, hand_off],
    );
  }

  /** Whether the task is here, waiting or dead. */
  has(task: string): boolean {
    return this.#all("SELECT 1 FROM kept WHERE task = ?", task).length > 0;
  }

  /** What everything takes on disk. */
  bytes(): number {
    const sql = `SELECT (page_count - freelist_count) * page_size AS bytes
      FROM pragma_page_count, pragma_freelist_count, pragma_page_size`;
    return Used.parse(this.#all(sql)[0]).bytes;
  }

  /** The first of each session that has one waiting, the oldest first, where it is due. */
  heads({ time, latest }: DueTimes, limit: number): Waiting[] {
    const sql = `SELECT * FROM kept AS k
      WHERE dead_at IS NULL AND NOT (due_at > ? AND due_at <= ?) AND NOT EXISTS (
        SELECT 1 FROM kept WHERE session = k.session AND dead_at IS NULL AND seq < k.seq)
      ORDER BY seq LIMIT ?`;
    return z.array(Waiting).parse(this.#all(sql, time, latest, limit));
  }

  /** When the next that was postponed is due; undefined when none is. */
  nextDue({ time, latest }: DueTimes): number | undefined {
    const sql =
      "SELECT min(due_at) AS at FROM kept WHERE dead_at IS NULL AND due_at > ? AND due_at <= ?";
    return Due.parse(this.#all(sql, time, latest)[0]).at ?? undefined;
  }

  /** The runner has it. */
  remove(seq: number): void {
    this.#run("DELETE FROM kept WHERE seq = ?", seq);
  }

  /** The runner has refused it once more. */
  postpone(seq: number, dueAt: number): void {
    this.#run("UPDATE kept SET refusals = refusals + 1, due_at = ? WHERE seq = ?", dueAt, seq);
  }

  /** Makes it a dead letter. */
  bury(seq: number, error: TaskError, now: number): void {
    const sql = "UPDATE kept SET dead_at = ?, error = ? WHERE seq = ?";
    this.#run(sql, now, JSON.stringify(error), seq);
  }

  /** Lets dead letters wait again, in the order that they came in. */
  revive({ deliveryId, forge, taskId }: Revivable): number {
    return this.#run(
      `UPDATE kept SET dead_at = NULL, error = NULL, refusals = 0, due_at = 0
         WHERE dead_at IS NOT NULL AND delivery = coalesce(?, delivery)
           AND forge = coalesce(?, forge) AND task = coalesce(?, task)`,
      ...[deliveryId ?? null, forge ?? null, taskId ?? null],
    );
  }

  /** Dead letters, the oldest first. */
  dead(limit: number): DeadLetter[] {
    const sql = "SELECT * FROM kept WHERE dead_at IS NOT NULL ORDER BY seq LIMIT ?";
    return this.#all(sql, limit).map((row) => toDeadLetter(DeadRow.parse(row)));
  }

  find(taskId: string): Task | undefined {
    const [row] = this.#all("SELECT * FROM kept WHERE task = ?", taskId);
    if (row === undefined) return undefined;
    const { dead_at: deadAt, ...letter } = Kept.parse(row);
    return keptTask(readLetter(letter).handOff, { at: letter.at, deadAt });
  }

  /** How many wait and since when, and how many are dead. */
  counts(): z.infer<typeof Counts> {
    const sql = `SELECT (SELECT count(*) FROM kept WHERE dead_at IS NULL) AS depth,
      (SELECT at FROM kept WHERE dead_at IS NULL ORDER BY seq LIMIT 1) AS oldest,
      (SELECT count(*) FROM kept WHERE dead_at IS NOT NULL) AS dead`;
    return Counts.parse(this.#all(sql)[0]);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #all(sql: string, ...values: (string | number)[]): unknown[] {
    return attempt(() => this.#statement(sql).all(...values));
  }

  #run(sql: string, ...values: (string | number | null)[]): number {
    this.#anyWaits = undefined;
    return attempt(() => Number(this.#statement(sql).run(...values).changes));
  }

  #statement(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

type Revivable = DeadLetterFilter & { readonly taskId?: string };

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const why = reasonOf(cause);
    throw new CicdError("store_unavailable", `Cannot use outbox: ${why}`, {
      cause,
      hint: "Check that the disk of edge.state_dir has room and is not read-only",
      retryAfter: 10,
    });
  }
}
