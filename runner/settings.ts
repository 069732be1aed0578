import type * as z from "zod";
import type { Environment } from "#shared/config.ts";
import type { People } from "./authorize.ts";
import { readingTools, type ToolRules } from "./claude/tools.ts";
import type { RunnerConfig } from "./config.ts";
import type { RetryPolicy } from "./dispatch/retry-policy.ts";
import { forgeLogs } from "./forge/forge-logs.ts";
import { forgePages } from "./forge/forge-pages.ts";
import { forgePeople } from "./forge/forge-people.ts";
import { forgePullRequests, type TellPullRequest } from "./forge/forge-pull-requests.ts";
import { forgeAccounts } from "./forge-accounts.ts";
import { forgeCredentials } from "./forge-credentials.ts";
import { type FailedLogs, failedLogs } from "./logs/failed-logs.ts";
import { privateHosts } from "./private-hosts.ts";
import type { Publisher } from "./publish/publisher.ts";
import { redactor } from "./publish/redact.ts";
import { untrustedText } from "./publish/untrusted-text.ts";
import type { BreakerOptions } from "./resilience/breaker.ts";
import type { DegradationOptions } from "./resilience/degradation.ts";
import { instructions } from "./review/instructions.ts";
import { secretsOf } from "./secrets-of.ts";
import type { CliSettings } from "./session/process-starter.ts";
import { narrowed, type TaskSkills } from "./skills/task-skills.ts";
import type { RunningLimits } from "./store/claim.ts";
import type { GitOptions } from "./workspace/git-options.ts";

/** How every CLI process of this host is run. */
export function cliSettings(
  { claude, async: limits }: RunnerConfig,
  connect: CliSettings["connect"],
  skills: Pick<TaskSkills, "tools">,
): CliSettings {
  // One process serves all tasks of a pull request: what none of their skills uses is not offered.
  const tools = narrowed(claude.tools, skills.tools);
  return {
    executable: claude.cli_path,
    model: claude.model,
    maxTurns: claude.max_turns,
    instructions: instructions(tools),
    tools,
    ...(claude.tools.forks === "read" && readsMore(tools) && { confined: reading(tools) }),
    startupTimeout: limits.startup_timeout,
    patience: limits.force_kill_timeout,
    silenceTimeout: limits.silence_timeout,
    connect,
  };
}

/** What a pull request from a fork is reviewed with. */
function reading({ allow, deny }: ToolRules): NonNullable<CliSettings["confined"]> {
  const tools = { allow: allow.filter((rule) => readingTools.includes(rule)), ask: [], deny };
  return { tools, instructions: instructions(tools) };
}

function readsMore({ allow, ask }: ToolRules): boolean {
  return [...allow, ...ask].some((rule) => !readingTools.includes(rule));
}

/** What trouble makes the runner do with less. */
export function thresholds({ fallback }: RunnerConfig): DegradationOptions {
  return {
    enabled: fallback.enabled,
    autoDowngrade: fallback.auto_downgrade,
    degradedWhenMemoryAbove: fallback.degraded_when_memory_above,
    degradedWhenQueueDepthAbove: fallback.degraded_when_queue_depth_above,
    degradedWhenErrorRateAbove: fallback.degraded_when_error_rate_above,
    oneShotWhenMemoryAbove: fallback.one_shot_when_memory_above,
    oneShotWhenConsecutiveFailures: fallback.one_shot_when_consecutive_failures,
  };
}

/** When the model is given a rest. */
export function breakerOptions({ async: { circuit_breaker } }: RunnerConfig): BreakerOptions {
  return {
    failureThreshold: circuit_breaker.failure_threshold,
    successThreshold: circuit_breaker.success_threshold,
    openTimeout: circuit_breaker.open_timeout,
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

/** How many tasks run at once beside what a host can do. */
export function runningLimits({ async: limits }: RunnerConfig): RunningLimits {
  return {
    perRepository: limits.max_running_per_repository,
    perForge: limits.max_running_per_forge,
  };
}

/**
 * How repositories are fetched.
 * @throws CicdError `config_invalid` when a forge has a token but no host.
 */
export function gitOptions(config: RunnerConfig, environment: Environment): GitOptions {
  return {
    environment,
    protocols: config.runner.clone_protocols,
    timeoutMs: gitTimeout,
    authorization: forgeCredentials(config),
    isPrivateAllowed: privateHosts(config),
  };
}

/**
 * How results get onto pull requests.
 * @param schema as {@link secretsOf} takes it.
 * @throws CicdError `config_invalid` when an account is half configured.
 */
export function publisher(
  config: RunnerConfig,
  environment: Environment,
  schema?: z.ZodObject,
): Publisher {
  const { enabled, name, fail_on, timeout } = config.publish;
  return {
    openPage: forgePages(enabled ? forgeAccounts(config) : {}, name),
    text: untrustedText(redactor(secretsOf(config, environment, schema))),
    failOn: fail_on,
    patience: timeout,
  };
}

/**
 * Who is asked what people may: the forges that have a token, even when nothing is published there.
 * @throws CicdError `config_invalid` when an account is half configured.
 */
export function people(config: RunnerConfig): People {
  return forgePeople(forgeAccounts(config), config.publish.name);
}

/**
 * Who is asked about pull requests: the forges that have a token, even when nothing is published there.
 * @throws CicdError `config_invalid` when an account is half configured.
 */
export function pullRequests(config: RunnerConfig): TellPullRequest {
  return forgePullRequests(forgeAccounts(config), config.publish.name);
}

/**
 * How the logs of failed pipelines are read: with the forges' tokens, even when nothing is published.
 * @param schema as {@link secretsOf} takes it.
 * @throws CicdError `config_invalid` when an account is half configured.
 */
export function pipelineLogs(
  config: RunnerConfig,
  environment: Environment,
  schema?: z.ZodObject,
): FailedLogs {
  const read = forgeLogs(forgeAccounts(config), config.publish.name);
  return failedLogs(read, redactor(secretsOf(config, environment, schema)));
}

/** Longest time for one git command; a first fetch of a large repository takes minutes. */
const gitTimeout = 10 * 60_000;
