import * as z from "zod";
import type { Heartbeat, HostLoad, HostRecord } from "./cluster.ts";
import { listRunning, reapTask } from "./reap.ts";
import { readInterruption } from "./rows.ts";
import { leaseTime } from "./timing.ts";
import { type Row, rows, type Work } from "./work.ts";

/** Who a host is. */
export interface HostIdentity {
  readonly id: string;
  readonly name: string;
  readonly url: string | null;
}

/** How long a host that is not heard of any more stays in the list, in milliseconds. */
const memory = 24 * 3_600_000;

const noLoad: HostLoad = { running: 0, capacity: 0, sessions: 0, memoryBytes: 0 };

/**
 * Begins a run of a host, and settles what its earlier run left running: only one run of a host has
 * its folder at a time.
 */
export function* startHost({ id, name, url }: HostIdentity, now: number): Work<void> {
  yield* rows(
    `INSERT INTO host(id, name, url, load, draining, started_at, seen_at) VALUES (?, ?, ?, ?, 0, ?, ?)
       ON CONFLICT(id) DO UPDATE SET name = excluded.name, url = excluded.url, load = excluded.load,
         draining = 0, started_at = excluded.started_at, seen_at = excluded.seen_at`,
    id,
    name,
    url,
    JSON.stringify(noLoad),
    now,
    now,
  );
  for (const task of yield* listRunning(id))
    yield* reapTask(task, { now: () => now, onlyExpired: false });
}

/** Tells that a host lives, and renews its claims: `owners` of the fences. */
export function* beat(
  host: HostIdentity,
  { load, owners, now }: { load: HostLoad; owners: readonly string[]; now: number },
): Work<{ held: string[]; interruptions: Heartbeat["interruptions"] }> {
  yield* rows(
    `INSERT INTO host(id, name, url, load, draining, started_at, seen_at) VALUES (?, ?, ?, ?, 0, ?, ?)
       ON CONFLICT(id) DO UPDATE SET load = excluded.load, seen_at = excluded.seen_at`,
    host.id,
    host.name,
    host.url,
    JSON.stringify(load),
    now,
    now,
  );
  if (owners.length === 0) return { held: [], interruptions: [] };
  const renewed = yield* rows(
    `UPDATE task SET lease_until = ?
       WHERE state = 'running' AND owner IN (${owners.map(() => "?").join(", ")})
       RETURNING id, owner, interruption`,
    now + leaseTime,
    ...owners,
  );
  return {
    held: renewed.map(({ owner }) => String(owner)),
    interruptions: renewed.flatMap((task) => {
      const interruption = readInterruption(task.interruption);
      return interruption === undefined ? [] : [{ taskId: String(task.id), interruption }];
    }),
  };
}

/** All hosts, the longest running first. */
export function* listHosts(now: number): Work<HostRecord[]> {
  return (yield* rows("SELECT * FROM host ORDER BY started_at, id")).map((host) =>
    toHost(host, now),
  );
}

/** A host's sessions are for others from now on. */
export function* drainHost(id: string): Work<void> {
  yield* rows("UPDATE host SET draining = 1 WHERE id = ?", id);
}

/** Strikes a host off the list. */
export function* removeHost(id: string): Work<void> {
  yield* rows("DELETE FROM host WHERE id = ?", id);
}

/** Strikes those off that nobody has heard of for a day. */
export function* removeForgottenHosts(now: number): Work<void> {
  yield* rows("DELETE FROM host WHERE seen_at < ?", now - memory);
}

const hostRow = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string().nullable(),
  draining: z.number(),
  load: z.string(),
  started_at: z.number(),
  seen_at: z.number(),
});

const Load = z.object({
  running: z.number(),
  capacity: z.number(),
  sessions: z.number(),
  memoryBytes: z.number(),
});

function toHost(row: Row, now: number): HostRecord {
  const { id, name, url, draining, load, started_at, seen_at } = hostRow.parse(row);
  const state = seen_at <= now - leaseTime ? "lost" : draining === 0 ? "up" : "draining";
  return {
    id,
    name,
    url,
    startedAt: started_at,
    seenAt: seen_at,
    state,
    load: Load.parse(JSON.parse(load)),
  };
}
