/** A value in a statement. JSON and times go in as text and as epoch milliseconds. */
export type SqlValue = string | number | null;

/**
 * Tells epoch milliseconds. Read behind a lock: what was written under the same lock before has no
 * later time, however long this one waited.
 */
export type Clock = () => number;

/** A row as either database returns it. */
export type Row = Readonly<Record<string, unknown>>;

/** What logic asks of the database it runs on. */
export type Request =
  /** `?` stands for the values in their order. The text is a constant, never one with values in it. */
  | { readonly kind: "statement"; readonly sql: string; readonly values: readonly SqlValue[] }
  /** Nobody else goes on behind the same lock until this transaction has ended. */
  | { readonly kind: "lock"; readonly name: string };

/**
 * Logic over the tables, the same for all databases: a generator that yields what it asks for and is
 * given the rows. It may be run again from the start, so it changes nothing but the database.
 */
export type Work<T> = Generator<Request, T, readonly Row[]>;

/** The rows of a statement. */
export function* rows(sql: string, ...values: readonly SqlValue[]): Work<readonly Row[]> {
  return yield { kind: "statement", sql, values };
}

/** The first row of a statement. */
export function* row(sql: string, ...values: readonly SqlValue[]): Work<Row | undefined> {
  const [first] = yield { kind: "statement", sql, values };
  return first;
}

/**
 * Keeps others out who lock the same name. Everything that changes a task locks its session first,
 * so that what it has read stays true until it has written.
 */
export function* lock(name: string): Work<void> {
  yield { kind: "lock", name };
}
