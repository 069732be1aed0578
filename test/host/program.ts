import { once } from "node:events";
import { createInterface } from "node:readline";
import { execa } from "execa";
import * as z from "zod";
import { claudeCli } from "../claude-cli.ts";
import { compileCache } from "../compile-cache.ts";

const main = new URL("../../cli/main.ts", import.meta.url).pathname;

/** The program, started as an operator starts it. Disposal kills it. */
export interface Program extends AsyncDisposable {
  readonly edgeUrl: string;
  readonly runnerUrl: string;
  readonly pid: number;
  /** All that it has logged so far, a JSON object a line. */
  readonly log: readonly string[];
  /** Sends a signal and waits for the end; resolves to the exit code, undefined after a signal. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<number | undefined>;
}

const Started = z.object({
  component: z.enum(["edge", "host"]),
  event: z.literal("started"),
  url: z.string(),
});

/**
 * Starts `cicd-runner serve` on free ports, in a folder and with settings by environment; `command`
 * is how the program is called, default: from the sources.
 */
export async function startProgram(
  folder: string,
  environment: Readonly<Record<string, string>>,
  [file, ...args]: readonly [string, ...string[]] = [process.execPath, main],
): Promise<Program> {
  const child = execa(file, [...args, "serve"], {
    cwd: folder,
    extendEnv: false,
    env: {
      ...compileCache,
      PATH: process.env.PATH,
      PORT: "0",
      RUNNER_PORT: "0",
      CLAUDE_CLI_PATH: claudeCli,
      ...environment,
    },
    buffer: false,
    reject: false,
    cleanup: true,
  });
  const log: string[] = [];
  const urls = new Map<string, string>();
  const { promise: started, resolve, reject } = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    log.push(line);
    const { data } = Started.safeParse(JSON.parse(line));
    if (data !== undefined) urls.set(data.component, data.url);
    if (urls.size === 2) resolve();
  });
  let trouble = "";
  child.stderr.on("data", (chunk) => {
    trouble += chunk;
  });
  const exited = once(child.nodeChildProcess, "exit");
  exited.then(() => reject(new Error(`Program ended: ${trouble}`)));
  const pid = child.pid ?? 0;
  const stop = async (signal: "SIGTERM" | "SIGKILL") => {
    process.kill(pid, signal);
    return (await child).exitCode;
  };
  await started;
  return {
    edgeUrl: urls.get("edge") ?? "",
    runnerUrl: urls.get("host") ?? "",
    pid,
    log,
    stop,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child;
    },
  };
}
