import { createInterface } from "node:readline";
import { execa } from "execa";
import * as z from "zod";
import { compileCache } from "../compile-cache.ts";

const Started = z.object({ event: z.literal("started"), url: z.string() });

/** A program that listens; disposal kills it. */
export interface Process extends AsyncDisposable {
  readonly url: string;
  /** Its end: the exit code, undefined after a signal. */
  readonly ended: Promise<number | undefined>;
  /** Sends it a signal, by its id, and waits for the end. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<number | undefined>;
}

/** How a program is started. */
export interface ProcessOptions {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** In KiB: no file of it can grow beyond. */
  readonly fileSize?: number | undefined;
}

/** Starts a program under Node. @throws Error when it ends before it listens. */
export async function startProcess(options: ProcessOptions): Promise<Process> {
  const { args, cwd, env = {}, fileSize = "unlimited" } = options;
  const script = `ulimit -f ${fileSize}; exec "$0" "$@"`;
  const child = execa("bash", ["--norc", "-c", script, process.execPath, ...args], {
    cwd,
    extendEnv: false,
    env: { ...compileCache, PATH: process.env.PATH, ...env },
    stdin: "ignore",
    buffer: false,
    reject: false,
  });
  const { promise: started, resolve, reject } = Promise.withResolvers<string>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { data } = Started.safeParse(JSON.parse(line));
    if (data !== undefined) resolve(data.url);
  });
  let trouble = "";
  child.stderr.on("data", (chunk) => {
    trouble += chunk;
  });
  const ended = child.then(({ exitCode }) => {
    reject(new Error(`Program ended with ${exitCode}: ${trouble}`));
    return exitCode;
  });
  const url = await started;
  const stop = async (signal: "SIGTERM" | "SIGKILL") => {
    child.kill(signal);
    return await ended;
  };
  return {
    url,
    ended,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop("SIGKILL");
    },
  };
}
