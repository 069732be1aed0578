import { connectRunner } from "#edge/connect-runner.ts";
import type { RunnerClient } from "#edge/runner-client.ts";
import type { Config } from "./config.ts";

/** The runners of a configuration, asked by who has their secret. */
export function operatorOf(config: Config): RunnerClient {
  const fetch = globalThis.fetch;
  return connectRunner(config, { now: Date.now, fetch });
}

/** Where the runner of a configuration listens. */
export function runnerUrl({ runner: { host, port } }: Config): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
