import { readFile } from "node:fs/promises";
import { identify, type ProcessIdentity } from "./identity.ts";
import { descendantsOf, killAll, pidsNow } from "./process-tree.ts";

/** The variable that marks every process below a runner with the folder that it works in. */
export const markerVariable = "CICD_RUNNER_STATE_DIR";

/**
 * Kills what an earlier run of the same state folder left alive: the CLI goes on for seconds after
 * its host was killed, and resuming a conversation that still lives would fork it. Whoever calls
 * this holds the folder's lock, so that no process with the mark belongs to a living runner.
 * Found by the mark in the environment, so children of dead parents are found too, and a pid that
 * was given out again is not.
 * @returns how many processes were killed; 0 without /proc.
 */
export async function endOrphans(stateDir: string): Promise<number> {
  const orphans = await marked(`${markerVariable}=${stateDir}`);
  await killAll(orphans);
  return orphans.length;
}

/**
 * Kills the processes of this runner that are not below it any more: what a CLI process left behind
 * that died by itself, when nobody could see its family.
 * @returns how many were killed; 0 without /proc.
 */
export async function endStrays(stateDir: string): Promise<number> {
  const all = await marked(`${markerVariable}=${stateDir}`);
  // Only now: whatever was started since is not in the list.
  const kept = new Set((await descendantsOf(process.pid)).map(({ pid }) => pid));
  const strays = all.filter(({ pid }) => !kept.has(pid));
  await killAll(strays);
  return strays.length;
}

async function marked(mark: string): Promise<ProcessIdentity[]> {
  const found: ProcessIdentity[] = [];
  for (const pid of await pidsNow()) {
    if (pid === process.pid) continue;
    // The identity comes first: a pid that changes hands between the two reads is not killed.
    const identity = await identify(pid);
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (identity !== undefined && environment.split("\0").includes(mark)) found.push(identity);
  }
  return found;
}
