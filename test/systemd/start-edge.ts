import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { compileCache } from "../compile-cache.ts";

const root = new URL("../../", import.meta.url).pathname;
const launcher = `${root}deploy/systemd/with-notify`;

/** An edge as a unit starts it. Disposal kills it. */
export interface StartedEdge extends AsyncDisposable {
  readonly pid: number;
  /** All that it has written so far. */
  readonly log: string;
  /** Sends SIGTERM; resolves to the exit code. */
  stop(): Promise<number | undefined>;
}

/** The program of a unit: by the launcher of ours, or by itself. */
export function edgeCommand({ launched }: { launched: boolean }): string[] {
  const command = [process.execPath, `${root}cli/main.ts`, "edge"];
  return launched ? ["perl", launcher, ...command] : command;
}

/** Starts an edge with these variables of a service manager. */
export function startEdge(
  [file = "", ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
): StartedEdge {
  const stateDir = mkdtempSync(join(tmpdir(), "cicd-runner-test-"));
  const child = execa(file, args, {
    cwd: "/",
    extendEnv: false,
    env: {
      ...compileCache,
      PATH: process.env.PATH,
      PORT: "0",
      RUNNER_SECRET: "r".repeat(32),
      GITHUB_WEBHOOK_SECRET: "g".repeat(32),
      EDGE_STATE_DIR: stateDir,
      ...environment,
    },
    all: true,
    reject: false,
    cleanup: true,
    timeout: 60_000,
  });
  let log = "";
  child.all.on("data", (chunk) => {
    log += chunk;
  });
  return {
    pid: child.pid ?? 0,
    get log() {
      return log;
    },
    stop: async () => {
      child.kill("SIGTERM");
      return (await child).exitCode;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child;
      await rm(stateDir, { recursive: true, maxRetries: 5 });
    },
  };
}
