import { type Command, InvalidArgumentError } from "commander";
import { closest } from "fastest-levenshtein";
import type * as z from "zod";
import { errorCodes } from "#shared/error.ts";
import { replayDeadLetters } from "#shared/routes/dead-letters.ts";
import { limitFrom } from "../arguments.ts";
import { type DeadLetterFlags, replayAll, replayOne, showDeadLetters } from "../dead-letters.ts";
import { operatorOf } from "../operator.ts";
import { show } from "../output.ts";
import { readSettings, type SettingsSource } from "../settings.ts";

/** Adds `dead-letters` and `replay`. */
export function addDeadLetterCommands(program: Command, source: () => SettingsSource): void {
  const runners = async () => operatorOf(await readSettings(source()));

  withFilter(program.command("dead-letters"))
    .description("list tasks that failed and were not replayed")
    .action(async ({ json, ...filter }: DeadLetterFlags & JsonFlag) => {
      show(await showDeadLetters(await runners(), filter), json);
    });

  withFilter(program.command("replay"))
    .description("queue tasks that failed again: one, or with --all those that pass a filter")
    .argument("[id]", "of a task, or of the delivery that made it")
    .option("--all", "those that pass the filter, all without one")
    .action(
      async (id: string | undefined, flags: DeadLetterFlags & JsonFlag & { all?: boolean }) => {
        const { json, all = false, ...filter } = flags;
        if (all === (id !== undefined)) {
          program.error("error: give the id of a task or a delivery, or --all");
        }
        const runner = await runners();
        show(await (id === undefined ? replayAll(runner, filter) : replayOne(runner, id)), json);
      },
    );
}

function withFilter(command: Command): Command {
  return command
    .option("--code <code>", "that failed with this code", codeFrom)
    .option("--repository <owner/name>", "of this repository, on any forge", repositoryFrom)
    .option("--since <time>", "that failed then or later: 2026-01-31T12:00:00Z", timeFrom)
    .option("--limit <number>", "so many, at most 500", limitFrom)
    .option("--json", "print data");
}

const { code, repository, since } = replayDeadLetters.body.shape;
const codeFrom = checkedBy(code, (text) => `Did you mean ${closest(text, errorCodes)}?`);
const repositoryFrom = checkedBy(repository, () => "Must be like mona/shop.");
const timeFrom = checkedBy(since, () => "Must be a time like 2026-01-31T12:00:00Z.");

/** Takes what the API takes; `hint` says what to give instead of something else. */
function checkedBy(schema: z.ZodType, hint: (text: string) => string) {
  return (text: string): string => {
    if (schema.safeParse(text).success) return text;
    throw new InvalidArgumentError(hint(text));
  };
}

interface JsonFlag {
  readonly json?: boolean;
}
