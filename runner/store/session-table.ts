import { toSession } from "./rows.ts";
import type { Conversation, SessionRecord } from "./store.ts";
import { leaseTime } from "./timing.ts";
import { lock, row, rows, type Work } from "./work.ts";

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

/**
 * Makes a host the session's holder. What another one had of it is of no use here, but for a
 * conversation with a copy that can be read.
 */
export function* takeSession(id: string, hostId: string): Work<void> {
  yield* rows(
    `UPDATE session SET holder = ?, workspace = NULL,
         conversation = CASE WHEN transcript IS NULL THEN NULL ELSE conversation END,
         conversation_cost = CASE WHEN transcript IS NULL THEN 0 ELSE conversation_cost END
       WHERE id = ? AND (holder IS NULL OR holder <> ?)`,
    hostId,
    id,
    hostId,
  );
}

/** The same, unless another host that is up holds it; tells whether the session is this host's. */
export function* holdSession(id: string, hostId: string, now: number): Work<boolean> {
  yield* lock(id);
  const free = yield* row(
    `SELECT 1 FROM session WHERE id = ? AND (holder IS NULL OR holder = ? OR NOT EXISTS (
         SELECT 1 FROM host WHERE host.id = session.holder AND draining = 0 AND seen_at > ?))`,
    id,
    hostId,
    now - leaseTime,
  );
  if (free === undefined) return false;
  yield* takeSession(id, hostId);
  return true;
}

/** Frees a session that a host holds. */
export function* releaseSession(id: string, hostId: string): Work<void> {
  yield* rows(
    `UPDATE session SET holder = NULL, conversation = NULL, conversation_cost = 0,
         transcript = NULL, workspace = NULL
       WHERE id = ? AND holder = ?`,
    id,
    hostId,
  );
}

/** The sessions that a host holds. */
export function* listHeldSessions(hostId: string): Work<string[]> {
  const held = yield* rows("SELECT id FROM session WHERE holder = ?", hostId);
  return held.map(({ id }) => String(id));
}

/** Remembers the conversation of a session that this host holds, or that it has none. */
export function* setConversation(
  id: string,
  conversation: Conversation | null,
  hostId: string,
): Work<void> {
  yield* rows(
    `UPDATE session SET conversation = ?, conversation_cost = ?, transcript = ?, holder = ?
       WHERE id = ? AND (holder IS NULL OR holder = ?)`,
    conversation?.id ?? null,
    conversation?.costUsd ?? 0,
    conversation?.transcript ?? null,
    hostId,
    id,
    hostId,
  );
}

/** Remembers which workspace a session that this host holds works in. */
export function* setWorkspace(id: string, workspace: string | null, hostId: string): Work<void> {
  yield* rows(
    "UPDATE session SET workspace = ?, holder = ? WHERE id = ? AND (holder IS NULL OR holder = ?)",
    workspace,
    hostId,
    id,
    hostId,
  );
}

/** The workspaces of all sessions that a host holds. */
export function* listWorkspaces(hostId: string): Work<string[]> {
  const found = yield* rows(
    "SELECT workspace FROM session WHERE holder = ? AND workspace IS NOT NULL",
    hostId,
  );
  return found.map(({ workspace }) => String(workspace));
}

/** A host's sessions with something on disk, no live task, and nothing done since a time. */
export function* listIdleSessions(since: number, hostId: string): Work<string[]> {
  const idle = yield* rows(
    `SELECT id FROM session
       WHERE holder = ? AND active_at < ? AND workspace IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM task INDEXED BY task_live
         WHERE task.session = session.id AND state IN ('queued', 'running'))`,
    hostId,
    since,
  );
  return idle.map(({ id }) => String(id));
}
