import { setTimeout as delay } from "node:timers/promises";
import { callRunner } from "#edge/call-runner.ts";
import type { RunnerClient } from "#edge/runner-client.ts";
import { drainHost, listHosts } from "#shared/routes/hosts.ts";
import type { Shown } from "./output.ts";

/** How often a draining host is looked at, in milliseconds. */
const lookInterval = 1000;

/** Drains the host that answers; with `waits` until nothing runs there any more. */
export async function drain(runner: RunnerClient, waits: boolean): Promise<Shown> {
  const drained = await callRunner(runner, drainHost);
  let host = drained;
  while (waits && host.load.running > 0) {
    await delay(lookInterval);
    const { hosts } = await callRunner(runner, listHosts);
    host = hosts.find(({ id }) => id === drained.id) ?? host;
  }
  return {
    data: host,
    text: `${host.name} is draining: ${host.load.running} tasks run there`,
  };
}
