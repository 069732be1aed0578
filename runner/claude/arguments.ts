import { readingTools, type ToolRules, toolArguments } from "./tools.ts";

/**
 * The conversation that a process serves: a new one under a fresh id, one that goes on, or a new one
 * that nobody can resume.
 */
export interface Opening {
  readonly kind: "new" | "resume" | "unsaved";
  readonly id: string;
}

/** What the command line of a CLI process says besides the conversation. */
export interface CliArgumentOptions {
  readonly model: string;
  /** Requests to the model that one turn may take. */
  readonly maxTurns: number;
  /** Added to the CLI's own system prompt; the operator's text, never a pull request's. */
  readonly instructions: string;
  /** Default: reading, and nobody is asked for more. */
  readonly tools?: ToolRules;
}

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
    ...[opening.kind === "resume" ? "--resume" : "--session-id", opening.id],
    ...(opening.kind === "unsaved" ? ["--no-session-persistence"] : []),
    ...["--setting-sources", "user"],
    "--strict-mcp-config",
    ...toolArguments(options.tools ?? { allow: readingTools, ask: [], deny: [] }),
    ...["--model", options.model],
    ...["--max-turns", String(options.maxTurns)],
    ...["--append-system-prompt", options.instructions],
  ];
}
