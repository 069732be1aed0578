import { readFile } from "node:fs/promises";
import { markerVariable } from "#runner/claude/orphans.ts";
import { pidsNow } from "#runner/claude/process-tree.ts";

/** The command lines of all processes below the runners of a state folder. */
export async function processesOf(stateDir: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await pidsNow()) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (!environment.split("\0").includes(`${markerVariable}=${stateDir}`)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    found.push(`${pid} ${command.replaceAll("\0", " ").slice(0, 200)}`);
  }
  return found;
}
