import { readFile } from "node:fs/promises";
import { markerVariable } from "#runner/claude/orphans.ts";
import { pidsNow } from "#runner/claude/process-tree.ts";
import { Health } from "#shared/api.ts";
import type { Runner } from "./runner.ts";
import { within } from "./within.ts";

/** Waits until a runner has nothing to do and no process but one spare. */
export async function untilIdle(runner: Runner): Promise<void> {
  let state = "";
  await within(
    30,
    () => `an idle runner, now ${state}`,
    async () => {
      const health = Health.parse(await (await runner.ask("/health")).json());
      const { sessions, running, queue_depth: queued } = health;
      const processes = await processesOf(runner.stateDir);
      state = JSON.stringify({ sessions, running, queued, processes });
      return sessions + running + queued === 0 && processes.length === 1;
    },
  );
}

/** The command lines of all processes below the runners of a state folder. */
async function processesOf(stateDir: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await pidsNow()) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (!environment.split("\0").includes(`${markerVariable}=${stateDir}`)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    found.push(`${pid} ${command.replaceAll("\0", " ").slice(0, 200)}`);
  }
  return found;
}
