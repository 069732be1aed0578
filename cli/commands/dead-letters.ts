import type { Command } from "commander";
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
    .option("--code <code>", "that failed with this code")
    .option("--repository <owner/name>", "of this repository, on any forge")
    .option("--since <time>", "that failed then or later: 2026-01-31T12:00:00Z")
    .option("--limit <number>", "so many, at most 500")
    .option("--json", "print data");
}

interface JsonFlag {
  readonly json?: boolean;
}
