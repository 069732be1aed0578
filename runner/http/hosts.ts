import type { Hono } from "hono";
import type { Host } from "#shared/host.ts";
import { drainHost, listHosts } from "#shared/routes/hosts.ts";
import type { HostRecord } from "../store/cluster.ts";
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

async function list({ store, isDraining }: HostOptions): Promise<Host[]> {
  const own = isDraining() ? "draining" : "up";
  // Who answers is not lost, however seldom it tells so.
  return (await store.hosts()).map((host) =>
    toHost(host, host.id === store.hostId ? own : host.state),
  );
}

function toHost(
  { id, name, url, startedAt, seenAt, load }: HostRecord,
  state: Host["state"],
): Host {
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
