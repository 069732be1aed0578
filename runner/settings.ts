import type { Environment } from "#shared/config.ts";
import { cliEnvironment } from "./claude/environment.ts";
import type { RunnerConfig } from "./config.ts";
import type { RetryPolicy } from "./dispatch/retry-policy.ts";
import { reviewInstructions } from "./review/instructions.ts";
import type { CliSettings } from "./session/manager.ts";
import type { GitOptions } from "./workspace/git-options.ts";

/** How every CLI process of this host is run. */
export function cliSettings(
  { claude, anthropic, async: limits }: RunnerConfig,
  { stateDir, environment }: { stateDir: string; environment: Environment },
): CliSettings {
  return {
    executable: claude.cli_path,
    environment: cliEnvironment({
      host: environment,
      passOn: claude.pass_environment,
      stateDir,
      apiKey: anthropic.api_key,
      baseUrl: anthropic.base_url,
    }),
    model: claude.model,
    maxTurns: claude.max_turns,
    instructions: reviewInstructions,
    startupTimeout: limits.startup_timeout,
    patience: limits.force_kill_timeout,
  };
}

/** When tasks that failed are tried again. */
export function retryPolicy({ async: { retry } }: RunnerConfig): RetryPolicy {
  return {
    maxAttempts: retry.max_attempts,
    initialDelay: retry.initial_delay,
    maxDelay: retry.max_delay,
    backoffFactor: retry.backoff_factor,
  };
}

/** How repositories are fetched. */
export function gitOptions(
  { runner, github_token }: RunnerConfig,
  environment: Environment,
): GitOptions {
  return {
    environment,
    protocols: runner.clone_protocols,
    timeoutMs: gitTimeout,
    authorization: async ({ origin }) =>
      github_token !== undefined && origin === "https://github.com"
        ? `Basic ${Buffer.from(`x-access-token:${github_token}`).toString("base64")}`
        : undefined,
  };
}

/** Longest time for one git command; a first fetch of a large repository takes minutes. */
const gitTimeout = 10 * 60_000;
