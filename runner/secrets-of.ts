import type * as z from "zod";
import type { Environment } from "#shared/config.ts";
import { secretsIn } from "#shared/secrets-in.ts";
import { RunnerConfig } from "./config.ts";

/**
 * What must not leave this host, wherever a model or a log may have got it from.
 * @param schema what the settings were read by, where that is more than those of a runner.
 */
export function secretsOf(
  config: RunnerConfig,
  environment: Environment,
  schema: z.ZodObject = RunnerConfig,
): string[] {
  const passed = config.claude.pass_environment.map((name) => environment[name] ?? "");
  return [...secretsIn(schema, config), ...passed].filter((secret) => secret !== "");
}
