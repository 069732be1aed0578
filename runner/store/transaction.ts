import type { DatabaseSync } from "node:sqlite";
import { CicdError } from "#shared/error.ts";

/**
 * Runs `work` in one write transaction. Node's SQLite is synchronous and so is `work`, so nothing
 * else of this program comes between.
 * @throws CicdError `store_unavailable` when SQLite refuses, `shutting_down` when it is closed; with
 * nothing changed.
 */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  try {
    // IMMEDIATE: a read that turns into a write would fail with BUSY instead of waiting.
    database.exec("BEGIN IMMEDIATE");
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite has rolled back by itself on some errors, a full disk among them.
    if (database.isOpen && database.isTransaction) database.exec("ROLLBACK");
    throw storeError(error);
  }
}

/**
 * Runs `work`, which only reads.
 * @throws CicdError as {@link transaction} does.
 */
export function reading<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storeError(error);
  }
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
