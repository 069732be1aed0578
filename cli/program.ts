import { Command } from "commander";
import { closest } from "fastest-levenshtein";
import { addAttachCommand } from "./commands/attach.ts";
import { addCancelCommand } from "./commands/cancel.ts";
import { addCompletionCommand } from "./commands/completion.ts";
import { addConfigCommands } from "./commands/config.ts";
import { addDeadLetterCommands } from "./commands/dead-letters.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addDrainCommand } from "./commands/drain.ts";
import { addInitCommand } from "./commands/init.ts";
import { addOutboxCommands } from "./commands/outbox.ts";
import { addServeCommands } from "./commands/serve.ts";
import { addSessionsCommand } from "./commands/sessions.ts";
import { addSkillsCommand } from "./commands/skills.ts";
import { addStatusCommand } from "./commands/status.ts";
import { addTasksCommand } from "./commands/tasks.ts";
import { addTokenCommand } from "./commands/token.ts";
import { configFileName, configVariable } from "./config-file.ts";
import { exitCodes } from "./exit-code.ts";
import { addReviewCommand } from "./review/command.ts";
import { readServeSettings, readSettings } from "./settings.ts";
import { terminalLine } from "./terminal-text.ts";
import { version } from "./version.ts";

/** The program with all its commands, which reads this process's arguments and environment. */
export function createProgram(): Command {
  const program = new Command("cicd-runner")
    .description(
      "Self-hosted AI code review: a webhook in, a review out, through warm CLI processes",
    )
    .version(version)
    .option(
      "-c, --config <file>",
      `configuration; default: $${configVariable}, for what serves the nearest ${configFileName} upwards, then that of the user`,
    )
    .showHelpAfterError("(see --help)")
    .hook("preSubcommand", refuseUnknown)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage));
  const sourceOf = (looksUpwards: boolean, onPassedOver?: (path: string) => void) => {
    const { config: file } = program.opts<{ config?: string }>();
    const places = { file, folder: process.cwd(), environment: process.env };
    return { ...places, looksUpwards, ...(onPassedOver && { onPassedOver }) };
  };
  /** Of what an operator starts in a folder of theirs. */
  const operators = () => sourceOf(true);
  /** Of what people run anywhere, in a branch that somebody wants to be reviewed too. */
  const source = () => sourceOf(false, tellOnce);
  addServeCommands(program, operators);
  addReviewCommand(program, {
    folder: process.cwd(),
    environment: process.env,
    config: () => readServeSettings(source()),
    operatorConfig: () => readSettings(source()),
  });
  addInitCommand(program);
  addTokenCommand(program);
  addStatusCommand(program, source);
  addSessionsCommand(program, source);
  addTasksCommand(program, source);
  addAttachCommand(program, source);
  addCancelCommand(program, source);
  addDrainCommand(program, source);
  addDeadLetterCommands(program, source);
  addOutboxCommands(program, source);
  addConfigCommands(program, operators);
  addSkillsCommand(program, source);
  addDoctorCommand(program, source);
  addCompletionCommand(program);
  return program;
}

/** A word that is no command would be told to be too many of the one that runs without any. */
function refuseUnknown(program: Command, chosen: Command): void {
  const [word = chosen.name()] = program.args;
  if (word === chosen.name() || word.startsWith("-")) return;
  const names = program.commands.map((command) => command.name());
  program.error(`error: unknown command '${word}'\n(Did you mean ${closest(word, names)}?)`);
}

/** Says that a file does not count; some commands read their settings twice. */
function tellOnce(path: string): void {
  if (told.has(path)) return;
  told.add(path);
  const hint = `name it with --config or ${configVariable} if it is yours`;
  console.error(`Not read: ${terminalLine(path, 300)}; ${hint}`);
}

const told = new Set<string>();
