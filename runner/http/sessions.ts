import { Hono } from "hono";
import * as z from "zod";
import type { SessionList } from "#shared/api.ts";
import type { Session, SessionDetail } from "#shared/session.ts";
import type { SessionRecord, Store } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { Limit, readQuery } from "./read-query.ts";
import type { SessionControl, SessionProcess } from "./session-control.ts";
import { missing } from "./tasks.ts";

/** What the routes about sessions need. */
export interface SessionOptions {
  readonly store: Pick<Store, "session" | "sessions" | "spentBySession">;
  readonly sessions: SessionControl;
}

const ListQuery = z.strictObject({ limit: Limit });

/** `/sessions` and `/sessions/:id`. */
export function sessionRoutes({ store, sessions }: SessionOptions): Hono<RunnerEnv> {
  const routes = new Hono<RunnerEnv>();
  routes.get("/sessions", async (c) => {
    const records = await store.sessions(readQuery(c, ListQuery).limit);
    const list = records.map((record) => toSession(record, sessions.processOf(record.id)));
    return c.json({ sessions: list } satisfies SessionList);
  });
  routes.get("/sessions/:id", async (c) => {
    const id = c.req.param("id");
    const record = (await store.session(id)) ?? missing("session", id);
    const usage = await store.spentBySession(id);
    const session = toSession(record, sessions.processOf(id));
    return c.json({ ...session, usage } satisfies SessionDetail);
  });
  routes.delete("/sessions/:id", async (c) => {
    const id = c.req.param("id");
    if ((await store.session(id)) === undefined) missing("session", id);
    await sessions.terminate(id);
    return c.body(null, 204);
  });
  return routes;
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
