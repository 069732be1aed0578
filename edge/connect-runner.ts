import { CicdError } from "#shared/error.ts";
import { anyRunner } from "./any-runner.ts";
import type { EdgeConfig } from "./config.ts";
import {
  createRunnerClient,
  type RunnerClient,
  type RunnerClientOptions,
} from "./runner-client.ts";

/**
 * The client of the runners that the configuration names; it waits for `edge.runner_timeout` unless
 * told otherwise.
 * @throws CicdError `config_invalid` without a secret to seal with.
 */
export function connectRunner(
  { runner_url, runner_secret, edge }: EdgeConfig,
  options: Partial<Pick<RunnerClientOptions, "timeout" | "now" | "fetch">> = {},
): RunnerClient {
  const secret = signingSecret(runner_secret);
  return anyRunner(
    runner_url.map((url) =>
      createRunnerClient({
        url,
        secret,
        timeout: edge.runner_timeout,
        now: Date.now,
        fetch: (input, init) => globalThis.fetch(input, init),
        ...options,
      }),
    ),
  );
}

/**
 * The secret that is signed with; the others are good for checking while they are rotated.
 * @throws CicdError `config_invalid` when there is none.
 */
export function signingSecret([first]: readonly string[]): string {
  if (first !== undefined) return first;
  throw new CicdError("config_invalid", "Cannot start edge: no runner secret is set", {
    hint: "Set RUNNER_SECRET to the same value as on the runner",
  });
}
