import type { Hono } from "hono";
import { defaultLimit } from "#shared/routes/parts.ts";
import { endSession, getSession, listSessions } from "#shared/routes/sessions.ts";
import type { Session } from "#shared/session.ts";
import type { SessionRecord, Store } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { serve } from "./serve.ts";
import type { SessionControl, SessionProcess } from "./session-control.ts";
import { missing } from "./tasks.ts";

/** What the routes about sessions need. */
export interface SessionOptions {
  readonly store: Pick<Store, "session" | "sessions" | "spentBySession">;
  readonly sessions: SessionControl;
}

/** Lists and shows sessions, and ends their processes. */
export function serveSessions(app: Hono<RunnerEnv>, { store, sessions }: SessionOptions): void {
  serve(app, listSessions, async ({ query: { limit = defaultLimit } }) => {
    const records = await store.sessions(limit);
    return { sessions: records.map((record) => toSession(record, sessions.processOf(record.id))) };
  });
  serve(app, getSession, async ({ params: { id } }) => {
    const record = (await store.session(id)) ?? missing("session", id);
    const usage = await store.spentBySession(id);
    return { ...toSession(record, sessions.processOf(id)), usage };
  });
  serve(app, endSession, async ({ params: { id } }) => {
    if ((await store.session(id)) === undefined) missing("session", id);
    await sessions.terminate(id);
    return undefined;
  });
}

/** The stored session, and the process that serves it now. */
function toSession(record: SessionRecord, process: SessionProcess | undefined): Session {
  const { id, forge, host, owner, repository, number } = record;
  return {
    id,
    forge,
    host,
    owner,
    repository,
    number,
    state: process?.state ?? "hibernated",
    pid: process?.pid ?? null,
    created_at: new Date(record.createdAt).toISOString(),
    active_at: new Date(record.activeAt).toISOString(),
  };
}
