/** The conversation that a process serves: a new one under a fresh id, or one that goes on. */
export type Opening =
  | { readonly kind: "new"; readonly id: string }
  | { readonly kind: "resume"; readonly id: string };

/** What the command line of a CLI process says besides the conversation. */
export interface CliArgumentOptions {
  readonly model: string;
  /** Requests to the model that one turn may take. */
  readonly maxTurns: number;
  /** Added to the CLI's own system prompt; the operator's text, never a pull request's. */
  readonly instructions: string;
}

/**
 * Reading is all that a review needs. The list is explicit because the default one lets a session
 * message another one, schedule turns by itself and run commands.
 */
const tools = ["Read", "Grep", "Glob"];

/**
 * The command line of a lasting process that speaks stream-json both ways. `--setting-sources user`
 * with an empty home keeps the checkout's settings, hooks, helpers and CLAUDE.md from being read,
 * and `--strict-mcp-config` its MCP servers; `--bare` and `--safe-mode` would not.
 */
export function cliArguments(opening: Opening, options: CliArgumentOptions): string[] {
  return [
    "--print",
    ...["--input-format", "stream-json"],
    ...["--output-format", "stream-json"],
    "--verbose",
    "--include-partial-messages",
    ...[opening.kind === "new" ? "--session-id" : "--resume", opening.id],
    ...["--setting-sources", "user"],
    "--strict-mcp-config",
    ...["--tools", tools.join(",")],
    ...["--permission-mode", "dontAsk"],
    ...["--model", options.model],
    ...["--max-turns", String(options.maxTurns)],
    ...["--append-system-prompt", options.instructions],
  ];
}
