import { readdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { identify, isAlive, type ProcessIdentity, readStat } from "./identity.ts";

/**
 * Everything below a process that lives now, children first found first. The CLI puts each tool
 * into a process group of its own, so the group alone would miss them. Empty without /proc.
 */
export async function descendantsOf(pid: number): Promise<ProcessIdentity[]> {
  const children = await childrenByParent();
  const found: number[] = [];
  const queue = [pid];
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    const below = children.get(parent) ?? [];
    found.push(...below);
    queue.push(...below);
  }
  const identities = await Promise.all(found.map(identify));
  return identities.filter((identity) => identity !== undefined);
}

/** Kills those of the processes that are still the ones that were identified, until they are gone. */
export async function killAll(processes: readonly ProcessIdentity[]): Promise<void> {
  await Promise.all(
    processes.map(async (process) => {
      const began = performance.now();
      while (performance.now() - began < deathPatience && (await isAlive(process))) {
        signal(process.pid, "SIGKILL");
        await delay(deathCheckInterval);
      }
    }),
  );
}

/** Nobody tells us when a process dies that is not our child. Interval in milliseconds. */
const deathCheckInterval = 5;
/**
 * How long to wait for that, in milliseconds: on a busy machine a process that was killed needs
 * seconds until it has its turn to die. One in an uninterruptible wait outlives this; the system
 * ends it when it wakes.
 */
const deathPatience = 10_000;

/** Sends a signal; a process that is gone is no error. A negative pid means its group. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Which processes each process that lives now has right below it; empty without /proc. */
export async function childrenByParent(): Promise<Map<number, number[]>> {
  const children = new Map<number, number[]>();
  for (const pid of await pidsNow()) {
    const stat = await readStat(pid).catch(() => undefined);
    if (stat === undefined || stat.state === "Z") continue;
    children.set(stat.parent, [...(children.get(stat.parent) ?? []), pid]);
  }
  return children;
}

/** The ids of all processes that can be seen; empty without /proc. */
export async function pidsNow(): Promise<number[]> {
  const entries = await readdir("/proc").catch(() => []);
  return entries.filter((entry) => /^\d+$/.test(entry)).map(Number);
}
