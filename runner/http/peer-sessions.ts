import type { Context } from "hono";
import * as z from "zod";
import { Session } from "#shared/session.ts";
import type { HostRecord } from "../store/cluster.ts";
import type { SessionRecord } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { isFromPeer, passOn } from "./peer.ts";

/** What a host knows of the process that serves a session. */
const Process = Session.pick({ id: true, state: true, pid: true, memory_bytes: true });
/** {@link Process} as a type; `unknown` while another host has it and does not say. */
export type ShownProcess = Omit<z.infer<typeof Process>, "id">;

// One session or a list, as was asked. Another version of the program may tell more of each.
const Answer = z.union([
  z.object({ sessions: z.array(Process) }),
  Process.transform((session) => ({ sessions: [session] })),
]);

const unknown: ShownProcess = { state: "unknown", pid: null, memory_bytes: null };

/**
 * What other hosts say of the sessions that they hold, by id: each that is up is passed the request
 * on, all at once. A host that says nothing usable within `timeout` milliseconds leaves its sessions
 * `unknown`; one that is lost has no process any more that counts.
 */
export async function processesOfPeers(
  c: Context<RunnerEnv>,
  records: readonly SessionRecord[],
  { hosts, timeout }: { readonly hosts: readonly HostRecord[]; readonly timeout: number },
): Promise<ReadonlyMap<string, ShownProcess>> {
  // Who was passed the request on tells of its own alone: the one that asks knows whom else to ask.
  if (isFromPeer(c)) return new Map();
  const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(timeout)]);
  const holders = hosts.filter(({ state }) => state !== "lost");
  const found = await Promise.all(
    holders.map(async ({ id: holder, url }) => {
      const held = records.filter((record) => record.holder === holder).map(({ id }) => id);
      if (held.length === 0) return [];
      const told = url === null ? new Map() : await ask(c, url, signal).catch(() => new Map());
      return held.map((id): [string, ShownProcess] => [id, told.get(id) ?? unknown]);
    }),
  );
  return new Map(found.flat());
}

async function ask(
  c: Context<RunnerEnv>,
  url: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ShownProcess>> {
  const answer = await passOn(c, url, signal);
  const { sessions } = Answer.parse(await answer.json());
  return new Map(sessions.map(({ id, ...process }) => [id, process]));
}
