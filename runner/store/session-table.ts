import type { DatabaseSync } from "node:sqlite";
import { prepared } from "./prepared.ts";
import type { Row } from "./rows.ts";
import type { Conversation } from "./store.ts";

/** The most recently active sessions, newest first. */
export function listSessions(database: DatabaseSync, limit: number): Row[] {
  return prepared(database, "SELECT * FROM session ORDER BY active_at DESC LIMIT ?").all(limit);
}

/** Remembers the conversation of a session, or that it has none. */
export function setConversation(
  database: DatabaseSync,
  sessionId: string,
  conversation: Conversation | null,
): void {
  const sql = "UPDATE session SET conversation = ?, conversation_cost = ? WHERE id = ?";
  const { id = null, costUsd = 0 } = conversation ?? {};
  prepared(database, sql).run(id, costUsd, sessionId);
}

/** Remembers which workspace a session works in. */
export function setWorkspace(
  database: DatabaseSync,
  sessionId: string,
  workspace: string | null,
): void {
  prepared(database, "UPDATE session SET workspace = ? WHERE id = ?").run(workspace, sessionId);
}

/** The workspaces of all sessions. */
export function listWorkspaces(database: DatabaseSync): string[] {
  const sql = "SELECT workspace FROM session WHERE workspace IS NOT NULL";
  return prepared(database, sql)
    .all()
    .map((row) => String(row.workspace));
}

/** Sessions with something on disk, no live task, and nothing done since a time. */
export function listIdleSessions(database: DatabaseSync, since: number): string[] {
  const sql = `SELECT id FROM session
    WHERE active_at < ? AND workspace IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM task INDEXED BY task_live
      WHERE task.session = session.id AND state IN ('queued', 'running'))`;
  return prepared(database, sql)
    .all(since)
    .map((row) => String(row.id));
}
