import { type Command, InvalidArgumentError, Option } from "commander";
import { runnerUrlFrom } from "../arguments.ts";
import type { ReviewFlags, ReviewSettings } from "./review.ts";

/** Adds `review`: one review on the terminal, without edge, queue and page. */
export function addReviewCommand(program: Command, settings: ReviewSettings): void {
  program
    .command("review")
    .description("review a diff, the commits of this branch or a pull request, here and now")
    .option("--diff <file>", "a unified diff; - reads standard input")
    .option("--base <branch>", "what the commits of HEAD are compared with; default: origin's")
    .addOption(
      new Option("--pr <number>", "a pull request of the repository that origin is").argParser(
        toNumber,
      ),
    )
    .option("--trusted", "it may use all tools of the configuration, not those alone that read")
    .option("--async", "let the running runner do it, in the pull request's own conversation")
    .option("--force", "with --async: ask the model, also when the same was reviewed before")
    .option(
      "--runner <url>",
      "with --async; default: the runner of this configuration",
      runnerUrlFrom,
    )
    .addOption(
      new Option("--format <format>", "how it is shown")
        .choices(["text", "json", "sarif"])
        .default("text"),
    )
    .option("--output <file>", "write it there")
    .addOption(
      new Option(
        "--fail-on <severity>",
        "exit 1 for such a finding; default: publish.fail_on",
      ).choices(["high", "medium", "low", "never"]),
    )
    .action(async (flags: ReviewFlags, command: Command) => {
      const wrong = mistakeIn(flags);
      if (wrong !== undefined) command.error(`error: ${wrong}`);
      // Most of the program is behind it: all other commands are there sooner without.
      const { review } = await import("./review.ts");
      process.exitCode = await review(flags, settings);
    });
}

function toNumber(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It is a whole number from 1.");
}

function mistakeIn({
  diff,
  base,
  pr,
  async: isAsync,
  runner,
  force,
  trusted,
}: ReviewFlags): string | undefined {
  if (diff !== undefined && (base !== undefined || pr !== undefined)) {
    return "--diff is the whole change: leave out --base and --pr";
  }
  if (isAsync && pr === undefined) return "--async reviews pull requests: give --pr";
  if (isAsync && base !== undefined) return "--async goes by the pull request's own base";
  if (isAsync && trusted) return "--trusted is for reviews without --async: the runner knows forks";
  if (!isAsync && runner !== undefined) return "--runner is for --async";
  if (!isAsync && force) return "--force is for --async: nothing is kept without it";
  return undefined;
}
