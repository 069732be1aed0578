import type { Context, Hono } from "hono";
import { defaultLimit } from "#shared/routes/parts.ts";
import { endSession, getSession, listSessions } from "#shared/routes/sessions.ts";
import type { Session } from "#shared/session.ts";
import { memoryOfAll } from "../resilience/memory.ts";
import type { SessionRecord, Store } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { processesOfPeers, type ShownProcess } from "./peer-sessions.ts";
import { serve } from "./serve.ts";
import type { SessionControl } from "./session-control.ts";
import { missing } from "./tasks.ts";

/** What the routes about sessions need. */
export interface SessionOptions {
  readonly store: Pick<Store, "hostId" | "hosts" | "session" | "sessions" | "spentBySession">;
  readonly sessions: SessionControl;
  /** How long other hosts may take to tell of their processes, in milliseconds; default 1 s. */
  readonly listTimeout?: number;
  /** Memory of processes in bytes, by id; default: as the system tells it. */
  readonly memoryOf?: (pids: readonly number[]) => Promise<ReadonlyMap<number, number>>;
}

/** Lists and shows sessions, wherever their processes are, and ends processes of this host. */
export function serveSessions(
  app: Hono<RunnerEnv>,
  { store, sessions, memoryOf = memoryOfAll, listTimeout = 1000 }: SessionOptions,
): void {
  const shown = async (c: Context<RunnerEnv>, records: readonly SessionRecord[]) => {
    const hosts = await store.hosts();
    const others = hosts.filter(({ id }) => id !== store.hostId);
    const [own, theirs] = await Promise.all([
      processesHere(records),
      processesOfPeers(c, records, { hosts: others, timeout: listTimeout }),
    ]);
    const names = new Map(hosts.map(({ id, name }) => [id, name]));
    return records.map((record) => ({
      ...stored(record),
      runner: names.get(record.holder ?? "") ?? null,
      ...(own.get(record.id) ?? theirs.get(record.id) ?? hibernated),
    }));
  };
  const processesHere = async (records: readonly SessionRecord[]) => {
    const found = records.flatMap(({ id }) => {
      const process = sessions.processOf(id);
      return process === undefined ? [] : [{ id, ...process }];
    });
    const memory = await memoryOf(found.flatMap(({ pid }) => (pid === null ? [] : [pid])));
    return new Map(
      found.map(({ id, state, pid }): [string, ShownProcess] => [
        id,
        { state, pid, memory_bytes: memory.get(pid ?? 0) ?? null },
      ]),
    );
  };
  serve(app, listSessions, async ({ query: { limit = defaultLimit } }, c) => {
    return { sessions: await shown(c, await store.sessions(limit)) };
  });
  serve(app, getSession, async ({ params: { id } }, c) => {
    const record = (await store.session(id)) ?? missing("session", id);
    const [session = missing("session", id)] = await shown(c, [record]);
    return { ...session, usage: await store.spentBySession(id) };
  });
  serve(app, endSession, async ({ params: { id } }) => {
    if ((await store.session(id)) === undefined) missing("session", id);
    await sessions.terminate(id);
    return undefined;
  });
}

const hibernated: ShownProcess = { state: "hibernated", pid: null, memory_bytes: null };

/** What the store knows of a session. */
function stored(record: SessionRecord): Omit<Session, keyof ShownProcess | "runner"> {
  const { id, forge, host, owner, repository, number, createdAt, activeAt } = record;
  return {
    ...{ id, forge, host, owner, repository, number },
    created_at: new Date(createdAt).toISOString(),
    active_at: new Date(activeAt).toISOString(),
  };
}
