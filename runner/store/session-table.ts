import { toSession } from "./rows.ts";
import type { Conversation, SessionRecord } from "./store.ts";
import { row, rows, type Work } from "./work.ts";

/** A session by its id. */
export function* getSession(id: string): Work<SessionRecord | undefined> {
  const session = yield* row("SELECT * FROM session WHERE id = ?", id);
  return session === undefined ? undefined : toSession(session);
}

/** The most recently active sessions, newest first. */
export function* listSessions(limit: number): Work<SessionRecord[]> {
  const sessions = yield* rows("SELECT * FROM session ORDER BY active_at DESC LIMIT ?", limit);
  return sessions.map(toSession);
}

/** Remembers the conversation of a session, or that it has none. */
export function* setConversation(id: string, conversation: Conversation | null): Work<void> {
  yield* rows(
    "UPDATE session SET conversation = ?, conversation_cost = ? WHERE id = ?",
    conversation?.id ?? null,
    conversation?.costUsd ?? 0,
    id,
  );
}

/** Remembers which workspace a session works in. */
export function* setWorkspace(id: string, workspace: string | null): Work<void> {
  yield* rows("UPDATE session SET workspace = ? WHERE id = ?", workspace, id);
}

/** The workspaces of all sessions. */
export function* listWorkspaces(): Work<string[]> {
  const found = yield* rows("SELECT workspace FROM session WHERE workspace IS NOT NULL");
  return found.map(({ workspace }) => String(workspace));
}

/** Sessions with something on disk, no live task, and nothing done since a time. */
export function* listIdleSessions(since: number): Work<string[]> {
  const idle = yield* rows(
    `SELECT id FROM session
       WHERE active_at < ? AND workspace IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM task INDEXED BY task_live
         WHERE task.session = session.id AND state IN ('queued', 'running'))`,
    since,
  );
  return idle.map(({ id }) => String(id));
}
