import { join } from "node:path";
import { environment } from "#test/edge/settings.ts";
import type { Place } from "./place.ts";
import { type Process, startProcess } from "./start-process.ts";

const main = new URL("../../cli/main.ts", import.meta.url).pathname;

/** Starts `cicd-runner edge` in a place, as an operator does; always with the same state folder. */
export async function startNodeEdge(
  { folder, runnerUrl }: Place,
  { fileSize }: { fileSize?: number } = {},
): Promise<Process> {
  return await startProcess({
    args: [main, "edge"],
    cwd: folder,
    env: { ...environment(runnerUrl), PORT: "0", EDGE_STATE_DIR: join(folder, "edge") },
    fileSize,
  });
}
