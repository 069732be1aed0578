import { join } from "node:path";
import { createRunnerClient } from "#edge/runner-client.ts";
import { TaskList } from "#shared/api.ts";
import type { Task } from "#shared/task.ts";
import { runnerSecrets } from "#test/edge/settings.ts";
import { tempFolder } from "#test/temp-folder.ts";
import { freePort } from "../campaign/free-port.ts";
import { type Process, startProcess } from "./start-process.ts";

const program = new URL("runner-program.ts", import.meta.url).pathname;

/** How a runner differs from a good one. */
export interface RunnerFaults {
  /** How far its clock is ahead, in milliseconds. */
  readonly skew?: number;
  /** It is killed when it has taken the first hand-off in, before it answers. */
  readonly dies?: boolean;
}

/** A runner's address and store, whether the runner is up or not. */
export interface Place extends AsyncDisposable {
  /** Absolute path of a folder for everything. */
  readonly folder: string;
  readonly runnerUrl: string;
  /** Starts the runner, always at the same address and with the same store. */
  up(faults?: RunnerFaults): Promise<Process>;
  /** All tasks that the runner has, the oldest first. */
  tasks(): Promise<readonly Task[]>;
}

/** Makes a place whose runner is not up. */
export async function newPlace(): Promise<Place> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  const port = await freePort();
  const runnerUrl = `http://127.0.0.1:${port}`;
  const start = async ({ skew = 0, dies = false }: RunnerFaults = {}) =>
    await startProcess({
      args: [
        ...[program, join(folder, "runner"), String(port), String(skew)],
        ...(dies ? ["dies"] : []),
      ],
      cwd: folder,
    });
  const processes = undo.use(new AsyncDisposableStack());
  const client = createRunnerClient({
    url: runnerUrl,
    secret: runnerSecrets[0],
    timeout: 5000,
    now: Date.now,
    fetch,
  });
  const resources = undo.move();
  return {
    folder,
    runnerUrl,
    up: async (faults) => processes.use(await start(faults)),
    tasks: async () => {
      const call = { method: "GET", path: "/v1/tasks?limit=500", requestId: "test" } as const;
      return TaskList.parse((await client.ask(call)).body).tasks.toReversed();
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
