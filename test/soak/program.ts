import { createInterface } from "node:readline";
import { execa } from "execa";
import * as z from "zod";
import { compileCache } from "../compile-cache.ts";

const main = new URL("../../cli/main.ts", import.meta.url).pathname;
const probe = new URL("probe.ts", import.meta.url).href;

const Held = z.object({ heap: z.number(), rss: z.number(), files: z.int(), timers: z.int() });
/** What a program holds after a collection of garbage: bytes, open files, running timers. */
export type Held = z.infer<typeof Held>;

const LogLine = z.looseObject({
  event: z.string().optional(),
  url: z.string().optional(),
  err: z
    .looseObject({ code: z.string().optional(), message: z.string(), stack: z.string() })
    .optional(),
});
/** A line of a program's log. */
export type LogLine = z.infer<typeof LogLine>;

/** A program of the product while it runs. */
export interface Program {
  readonly pid: number;
  readonly url: string;
  /** The names of all events that it logged. */
  readonly events: readonly string[];
  /** Of all errors that it logged. */
  readonly errors: readonly NonNullable<LogLine["err"]>[];
  /** The lines of its standard error. */
  readonly said: readonly string[];
  /** Counts what it holds. */
  held(): Promise<Held>;
  /** Sends a signal; resolves, when the program is gone, to its exit code. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<number | undefined>;
}

/**
 * Starts `cicd-runner <command>` as an operator does; with `fileSize` no file of it can grow beyond
 * so many KiB. @throws Error when it ends at its start.
 */
export async function startProgram(
  command: "runner" | "edge",
  folder: string,
  environment: Readonly<Record<string, string>>,
  { fileSize = "unlimited" }: { fileSize?: number | "unlimited" } = {},
): Promise<Program> {
  // Its input is a socket, so that it would take itself for a remote shell and read the user's files.
  const limited = ["--norc", "-c", `ulimit -f ${fileSize}; exec "$0" "$@"`, process.execPath];
  const child = execa("bash", [...limited, "--import", probe, main, command], {
    cwd: folder,
    extendEnv: false,
    env: { ...compileCache, PATH: process.env.PATH, ...environment },
    buffer: false,
    reject: false,
  });
  const errors: NonNullable<LogLine["err"]>[] = [];
  const events: string[] = [];
  const started = Promise.withResolvers<string>();
  createInterface({ input: child.stdout }).on("line", (text) => {
    const { event, url, err } = LogLine.parse(JSON.parse(text));
    if (event === "started" && url !== undefined) started.resolve(url);
    if (event !== undefined) events.push(event);
    if (err !== undefined) errors.push(err);
  });
  const said: string[] = [];
  let probed = Promise.withResolvers<Held>();
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (line.startsWith("probe ")) probed.resolve(Held.parse(JSON.parse(line.slice(6))));
    else said.push(line);
  });
  void child.then(({ exitCode }) => {
    const error = new Error(`${command} ended with ${exitCode}: ${said.join("\n")}`);
    started.reject(error);
    probed.reject(error);
  });
  probed.promise.catch(() => {});
  return {
    pid: child.pid ?? 0,
    url: await started.promise,
    events,
    errors,
    said,
    held: async () => {
      probed = Promise.withResolvers();
      child.kill("SIGUSR2");
      return await probed.promise;
    },
    stop: async (signal) => {
      child.kill(signal);
      return (await child).exitCode;
    },
  };
}
