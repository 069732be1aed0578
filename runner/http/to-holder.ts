import type { Context, Hono } from "hono";
import type { Route } from "#shared/route.ts";
import { Id } from "#shared/routes/parts.ts";
import { endSession, takeMessage } from "#shared/routes/sessions.ts";
import { answerPermission } from "#shared/routes/tasks.ts";
import type { HostRecord } from "../store/cluster.ts";
import type { Store } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { askPeer, isFromPeer } from "./peer.ts";
import { serveRaw } from "./serve.ts";

/** What finding the host of a process needs. */
export interface HolderOptions {
  readonly store: Pick<Store, "hostId" | "hosts" | "session" | "task" | "tasks">;
  /** How long another host may take to answer, in milliseconds; default 4 s. */
  readonly peerTimeout?: number;
}

/**
 * Passes requests that do something to a process on to the host that has it. This one answers itself when it is
 * that host, when there is no such host, or it is gone, or stops and did nothing, and when another
 * host has passed the request on already. Call it before the routes are served.
 * @throws CicdError from requests as {@link askPeer} does.
 */
export function serveAtHolder(app: Hono<RunnerEnv>, options: HolderOptions): void {
  const { store } = options;
  const pass = (
    route: Pick<Route, "method" | "path">,
    sessionOf: (id: string) => Promise<string | undefined>,
  ) =>
    serveRaw(app, route, async (c, next) => {
      const answer = await answerOfHolder(c, sessionOf, options);
      if (answer === undefined) await next();
      return answer;
    });
  pass(endSession, async (id) => id);
  // Without a task that runs there is no turn to say it in: it becomes a task, on any host.
  pass(takeMessage, async (sessionId) => {
    const [running] = await store.tasks({ sessionId, state: "running", limit: 1 });
    return running?.session_id;
  });
  pass(answerPermission, async (id) => (await store.task(id))?.session_id);
}

/** Undefined when this host is to answer. */
async function answerOfHolder(
  c: Context<RunnerEnv>,
  sessionOf: (id: string) => Promise<string | undefined>,
  { store, peerTimeout = 4000 }: HolderOptions,
): Promise<Response | undefined> {
  const id = Id.safeParse({ id: c.req.param("id") }).data?.id;
  if (id === undefined || isFromPeer(c)) return undefined;
  const holder = await holderOf(await sessionOf(id), store);
  if (holder === undefined || holder.id === store.hostId) return undefined;
  if (holder.state === "lost" || holder.url === null) return undefined;
  return await askPeer(c, { name: holder.name, url: holder.url, timeout: peerTimeout });
}

async function holderOf(
  sessionId: string | undefined,
  store: HolderOptions["store"],
): Promise<HostRecord | undefined> {
  const session = sessionId === undefined ? undefined : await store.session(sessionId);
  if (!session?.holder || session.holder === store.hostId) return undefined;
  return (await store.hosts()).find(({ id }) => id === session.holder);
}
