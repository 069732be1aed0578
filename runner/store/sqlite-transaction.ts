import type { DatabaseSync } from "node:sqlite";
import { prepared } from "./prepared.ts";

/**
 * Runs `work` in one write transaction; nothing has changed when it throws. Node's SQLite is
 * synchronous and so is `work`: nothing else of the program comes between.
 */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  const run = (sql: string) => prepared(database, sql).run();
  try {
    // IMMEDIATE: a read that turns into a write would fail with BUSY instead of waiting.
    run("BEGIN IMMEDIATE");
    const result = work();
    run("COMMIT");
    return result;
  } catch (error) {
    // SQLite has rolled back by itself on some errors, a full disk among them.
    if (database.isOpen && database.isTransaction) run("ROLLBACK");
    throw error;
  }
}
