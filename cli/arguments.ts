import { Argument, type Command, InvalidArgumentError } from "commander";

/** The id of a task or a session, as a command is given it. */
export function idFrom(text: string): string {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return text;
  throw new InvalidArgumentError("Must be an id, like 01890a5d-ac96-774b-bcce-b302099a8057.");
}

/** Where a runner is, as a command is given it. */
export function runnerUrlFrom(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? "")) return text;
  throw new InvalidArgumentError("Must be a URL: http://127.0.0.1:8788.");
}

/** The task that a command is about. */
export function taskArgument(): Argument {
  return new Argument("<task>", "its id").argParser(idFrom);
}

/** Adds `--limit`, as lists of the API have it. */
export function withLimit(command: Command): Command {
  return command.option("--limit <number>", "so many, at most 500; default 50", limitFrom);
}

/** How many items a list may have, as a command is given it. */
export function limitFrom(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 500) return limit;
  throw new InvalidArgumentError("Must be a number from 1 to 500.");
}
