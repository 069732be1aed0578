import type { Hono } from "hono";
import type { Host } from "#shared/host.ts";
import { drainHost, listHosts } from "#shared/routes/hosts.ts";
import type { HostLoad, HostRecord } from "../store/cluster.ts";
import type { Store } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { serve } from "./serve.ts";
import { missing } from "./tasks.ts";

/** What the routes about hosts need. */
export interface HostOptions {
  readonly store: Pick<Store, "hosts" | "hostId">;
  /** Takes no more tasks; what runs goes on. */
  readonly drain: () => Promise<void>;
  readonly isDraining: () => boolean;
  /** What this host has to do now. */
  readonly load: () => HostLoad;
}

/** Lists the hosts of the store, and drains this one. */
export function serveHosts(app: Hono<RunnerEnv>, options: HostOptions): void {
  serve(app, listHosts, async () => ({ hosts: await list(options) }));
  serve(app, drainHost, async () => {
    await options.drain();
    const { hostId } = options.store;
    return (await list(options)).find(({ id }) => id === hostId) ?? missing("host", hostId);
  });
}

async function list({ store, isDraining, load }: HostOptions): Promise<Host[]> {
  const state = isDraining() ? "draining" : "up";
  // Who answers is not lost and knows what it does, however seldom it tells so.
  return (await store.hosts()).map((host) =>
    toHost(host.id === store.hostId ? { ...host, state, load: load() } : host),
  );
}

function toHost({ id, name, url, state, startedAt, seenAt, load }: HostRecord): Host {
  const { running, capacity, sessions, memoryBytes } = load;
  return {
    id,
    name,
    url,
    state,
    started_at: new Date(startedAt).toISOString(),
    seen_at: new Date(seenAt).toISOString(),
    load: { running, capacity, sessions, memory_bytes: memoryBytes },
  };
}
