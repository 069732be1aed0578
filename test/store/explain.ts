import type { Driver } from "#runner/store/driver.ts";
import { SqlStore } from "#runner/store/sql-store.ts";
import type { Request, SqlValue, Work } from "#runner/store/work.ts";

/** A store, and the statements that it has run since they were last taken, with their values. */
export interface RecordedStore extends AsyncDisposable {
  readonly store: SqlStore;
  /** As one text each, without hints to SQLite's planner where the database knows none. */
  taken(): string[];
}

/** The real store over a database, which remembers what it asks of it. */
export function recorded(driver: Driver, now: () => number): RecordedStore {
  const statements = new Set<string>();
  const watched =
    <T>(work: () => Work<T>) =>
    () =>
      record(work(), (request) => {
        if (request.kind === "statement") statements.add(literal(request.sql, request.values));
      });
  const store = new SqlStore(
    {
      read: (work) => driver.read(watched(work)),
      write: (work) => driver.write(watched(work)),
      writeRelaxed: (work) => driver.writeRelaxed(watched(work)),
      notify: (topic) => driver.notify(topic),
      watch: (topic) => driver.watch(topic),
      [Symbol.asyncDispose]: async () => {},
    },
    { host: "recorded", now },
  );
  return {
    store,
    taken: () => {
      const all = [...statements];
      statements.clear();
      return all;
    },
    [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
  };
}

function* record<T>(work: Work<T>, onRequest: (request: Request) => void): Work<T> {
  let step = work.next([]);
  while (!step.done) {
    onRequest(step.value);
    step = work.next(yield step.value);
  }
  return step.value;
}

function literal(sql: string, values: readonly SqlValue[]): string {
  const rest = [...values];
  return sql.replaceAll("?", () => {
    const value = rest.shift() ?? null;
    return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
  });
}
