import type { Command, Option } from "commander";

/** What can come next at one place of the command line. */
export interface Place {
  /** The commands before it: `config check`; empty at the top. */
  readonly at: string;
  readonly commands: readonly Word[];
  readonly options: readonly OptionWord[];
}

/** A word and what it does. */
export interface Word {
  readonly word: string;
  readonly what: string;
}

/** An option: `word` is its long form. */
export interface OptionWord extends Word {
  /** What it has to be followed by: one of these, a file, or something that nobody can guess. */
  readonly value: readonly string[] | "file" | "any" | undefined;
}

/** Every place of a program's command line, from its tree of commands. */
export function placesOf(command: Command, at: readonly string[] = []): Place[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((one) => one.name() !== "help");
  const choices = command.registeredArguments.flatMap(({ argChoices, description }) =>
    (argChoices ?? []).map((word) => ({ word, what: description })),
  );
  const place: Place = {
    at: at.join(" "),
    commands: [
      ...commands.map((one) => ({ word: one.name(), what: one.description() })),
      ...choices,
    ],
    options: help.visibleOptions(command).flatMap(wordOf),
  };
  return [place, ...commands.flatMap((one) => placesOf(one, [...at, one.name()]))];
}

function wordOf({ long, flags, description, argChoices, required }: Option): OptionWord[] {
  if (long === undefined || long === null) return [];
  const value = argChoices ?? (flags.endsWith("<file>") ? "file" : required ? "any" : undefined);
  return [{ word: long, what: description, value }];
}
