import { connectRunner } from "#edge/connect-runner.ts";
import type { RunnerClient } from "#edge/runner-client.ts";
import { CicdError } from "#shared/error.ts";
import type { Config } from "./config.ts";

/** The runners of a configuration, asked by who has their secret. */
export function operatorOf(config: Config): RunnerClient {
  return connectRunner(config, { now: Date.now, fetch: fetchOrTell });
}

/** An edge tells strangers nothing of where its runners are. */
async function fetchOrTell(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  return await fetch(input, init).catch((cause) => {
    // Whoever ended it says why.
    if (init?.signal?.aborted) throw cause;
    const { origin } = new URL(input instanceof Request ? input.url : input);
    const message = `Cannot reach runner at ${origin}: connection failed`;
    const hint = "Is it up, and is the URL right?";
    throw new CicdError("runner_unavailable", message, { cause, hint });
  });
}

/** Where the runner of a configuration listens. */
export function runnerUrl({ runner: { host, port } }: Config): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
