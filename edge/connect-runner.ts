import { CicdError } from "#shared/error.ts";
import { anyRunner } from "./any-runner.ts";
import type { EdgeConfig } from "./config.ts";
import {
  createRunnerClient,
  type RunnerClient,
  type RunnerClientOptions,
} from "./runner-client.ts";

/**
 * The client of the runners that the configuration names.
 * @throws CicdError `config_invalid` without a secret to seal with.
 */
export function connectRunner(
  { runner_url, runner_secret, edge }: EdgeConfig,
  { now, fetch }: Pick<RunnerClientOptions, "now" | "fetch">,
): RunnerClient {
  const secret = signingSecret(runner_secret);
  const timeout = edge.runner_timeout;
  return anyRunner(
    runner_url.map((url) => createRunnerClient({ url, secret, timeout, now, fetch })),
  );
}

/** The secret that is signed with; the others are good for checking while they are rotated. */
export function signingSecret([first]: readonly string[]): string {
  if (first !== undefined) return first;
  throw new CicdError("config_invalid", "Cannot start edge: no runner secret is set", {
    hint: "Set RUNNER_SECRET to the same value as on the runner",
  });
}
