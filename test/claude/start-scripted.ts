import { CliProcess, type CliProcessOptions } from "#runner/claude/cli-process.ts";
import { compileCache } from "../compile-cache.ts";

const program = new URL("scripted-cli.ts", import.meta.url).pathname;

/** Starts the scripted CLI; disposal kills what is left of it. */
export async function startScripted(
  behaviour: string,
  options: Partial<CliProcessOptions> = {},
): Promise<CliProcess & AsyncDisposable> {
  const process = await CliProcess.start(scripted(behaviour, options), never);
  return Object.assign(process, {
    [Symbol.asyncDispose]: async () => {
      await process.end("SIGKILL");
    },
  });
}

/** How the scripted CLI is started. */
export function scripted(
  behaviour: string,
  options: Partial<CliProcessOptions> = {},
): CliProcessOptions {
  return {
    executable: process.execPath,
    arguments: [program, behaviour],
    environment: compileCache,
    cwd: "/",
    startupTimeout: 20_000,
    patience: 200,
    silenceTimeout: 60_000,
    ...options,
  };
}

/** A signal that never aborts. */
export const never = new AbortController().signal;
