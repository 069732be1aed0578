import type * as z from "zod";
import type { Environment } from "#shared/config.ts";
import { budgetLimits } from "./budget/limits.ts";
import type { RunnerConfig } from "./config.ts";
import type { Work } from "./dispatch/run-attempt.ts";
import type { Publisher } from "./publish/publisher.ts";
import { gitOptions, people, pipelineLogs, publisher } from "./settings.ts";
import { taskWork, type WorkOptions } from "./work.ts";

/** What settings make that can change while a host runs: a task has those that it started with. */
export interface Changeable {
  readonly publishing: Publisher;
  readonly work: Work;
  /** Requests of the edge are sealed with one of them. */
  readonly secrets: readonly string[];
}

/** What a host keeps, however its settings change. */
export interface Lasting
  extends Pick<
    WorkOptions,
    "store" | "sessions" | "mirrors" | "skills" | "day" | "permissions" | "cache"
  > {
  /** Of the host's own programs, git among them. */
  readonly environment: Environment;
  /** What the settings are read by: its secrets are kept out of what is published. */
  readonly schema: z.ZodObject | undefined;
}

/** @throws CicdError `config_invalid` when the settings can't be used. */
export function changeable(
  settings: RunnerConfig,
  { environment, schema, ...lasting }: Lasting,
): Changeable {
  const { runner, review, claude } = settings;
  const publishing = publisher(settings, environment, schema);
  const work = taskWork({
    ...lasting,
    git: gitOptions(settings, environment),
    maxCheckoutBytes: runner.max_checkout,
    maxDiffBytes: runner.max_diff,
    contextLines: review.context_lines,
    exclude: review.exclude,
    turnTimeout: claude.timeout,
    limits: budgetLimits(settings),
    testPaths: settings.skills.test_paths,
    // Whoever asked has to be told where they are.
    mayWriteTests: settings.publish.enabled && settings.publish.write_tests,
    publisher: publishing,
    people: people(settings),
    logs: pipelineLogs(settings, environment, schema),
  });
  return { publishing, work, secrets: settings.runner_secret };
}
