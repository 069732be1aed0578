import type { Hono } from "hono";
import { defaultLimit } from "#shared/routes/parts.ts";
import { endSession, getSession, listSessions } from "#shared/routes/sessions.ts";
import type { Session } from "#shared/session.ts";
import { memoryOfAll } from "../resilience/memory.ts";
import type { SessionRecord, Store } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { serve } from "./serve.ts";
import type { SessionControl, SessionProcess } from "./session-control.ts";
import { missing } from "./tasks.ts";

/** What the routes about sessions need. */
export interface SessionOptions {
  readonly store: Pick<Store, "session" | "sessions" | "spentBySession">;
  readonly sessions: SessionControl;
  /** Memory of processes in bytes, by id; default: as the system tells it. */
  readonly memoryOf?: (pids: readonly number[]) => Promise<ReadonlyMap<number, number>>;
}

/** Lists and shows sessions, and ends their processes. */
export function serveSessions(
  app: Hono<RunnerEnv>,
  { store, sessions, memoryOf = memoryOfAll }: SessionOptions,
): void {
  const shown = async (records: readonly SessionRecord[]) => {
    const processes = new Map(records.map(({ id }) => [id, sessions.processOf(id)]));
    const pids = [...processes.values()].map((process) => process?.pid ?? undefined);
    const memory = await memoryOf(pids.filter((pid) => pid !== undefined));
    return records.map((record) => toSession(record, processes.get(record.id), memory));
  };
  serve(app, listSessions, async ({ query: { limit = defaultLimit } }) => {
    return { sessions: await shown(await store.sessions(limit)) };
  });
  serve(app, getSession, async ({ params: { id } }) => {
    const record = (await store.session(id)) ?? missing("session", id);
    const [session = missing("session", id)] = await shown([record]);
    return { ...session, usage: await store.spentBySession(id) };
  });
  serve(app, endSession, async ({ params: { id } }) => {
    if ((await store.session(id)) === undefined) missing("session", id);
    await sessions.terminate(id);
    return undefined;
  });
}

/** The stored session, and the process that serves it now. */
function toSession(
  record: SessionRecord,
  process: SessionProcess | undefined,
  memory: ReadonlyMap<number, number>,
): Session {
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
    memory_bytes: memory.get(process?.pid ?? 0) ?? null,
    created_at: new Date(record.createdAt).toISOString(),
    active_at: new Date(record.activeAt).toISOString(),
  };
}
