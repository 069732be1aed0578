import type { DatabaseSync } from "node:sqlite";
import { prepared } from "./prepared.ts";
import type { Row } from "./rows.ts";

/** Remembers whether a page of a forge has still to be told how a task ended. */
export function setPageOwed(database: DatabaseSync, taskId: string, isOwed: boolean): void {
  prepared(database, "UPDATE task SET page_owed = ? WHERE id = ?").run(isOwed ? 1 : 0, taskId);
}

/** The tasks that have ended and whose page was not told, oldest first. */
export function listOwedPages(database: DatabaseSync, limit: number): Row[] {
  return prepared(
    database,
    `SELECT * FROM task WHERE page_owed = 1 AND state NOT IN ('queued', 'running')
       ORDER BY seq LIMIT ?`,
  ).all(limit);
}
