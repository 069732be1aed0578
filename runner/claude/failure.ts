import { CicdError, reasonOf } from "#shared/error.ts";
import type { CliResult } from "./output.ts";

/** How a process ended. */
export interface Exit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** The end of what it wrote to stderr. */
  readonly stderr: string;
}

/** Why a turn that has a result failed; undefined when it succeeded. */
export function failureOf(result: CliResult): CicdError | undefined {
  const { subtype, is_error, terminal_reason } = result;
  if (subtype === "success" && !is_error && terminal_reason === "completed") return undefined;
  if (terminal_reason?.startsWith("aborted")) {
    return new CicdError("cancelled", "Turn was interrupted");
  }
  if (subtype === "error_max_turns") {
    return new CicdError(
      "budget_exceeded",
      `Turn took all its ${result.num_turns} model requests`,
      {
        hint: "Raise claude.max_turns, or make the pull request smaller",
      },
    );
  }
  const detail = result.errors?.join("; ") || result.result || subtype;
  return is_error || result.api_error_status
    ? apiFailure(result.api_error_status ?? undefined, detail)
    : new CicdError("cli_protocol", `Cannot use result of turn: ${subtype}, ${terminal_reason}`);
}

/** What a status of the model's API means for us. */
function apiFailure(status: number | undefined, detail: string): CicdError {
  if (status === 401 || status === 403) {
    return new CicdError("model_refused_key", `Model API refused the key: ${detail}`, {
      hint: "Check ANTHROPIC_API_KEY, or ANTHROPIC_AUTH_TOKEN where a gateway wants that, and ANTHROPIC_BASE_URL",
    });
  }
  if (status === undefined) {
    return new CicdError("model_unreachable", `Cannot reach model API: ${detail}`, {
      hint: "Check the network, the proxy variables and ANTHROPIC_BASE_URL",
    });
  }
  if (status === 429 || status >= 500) {
    return new CicdError("model_overloaded", `Model API answered ${status}: ${detail}`);
  }
  return new CicdError("model_refused_request", `Model API answered ${status}: ${detail}`, {
    hint: "Check claude.model, and that the pull request is not larger than the model can read",
  });
}

/** Why a process that ended could not serve. */
export function exitFailure({ code, signal, stderr }: Exit): CicdError {
  const said = stderr.trim().split("\n").at(-1) ?? "";
  if (/No conversation found/i.test(stderr)) {
    return new CicdError("session_lost", `CLI does not know the conversation: ${said}`);
  }
  const how = signal === undefined ? `code ${code}` : signal;
  return new CicdError("cli_exited", `CLI ended with ${how}${said === "" ? "" : `: ${said}`}`);
}

/** What says nothing of the program: the machine can't start it now, or it is just being replaced. */
const passing: ReadonlySet<unknown> = new Set(["EAGAIN", "EMFILE", "ENFILE", "ENOMEM", "ETXTBSY"]);

/** Why a process could not be started at all. */
export function spawnFailure(executable: string, cause: unknown): CicdError {
  const message = `Cannot start Claude Code CLI ${executable}: ${reasonOf(cause)}`;
  if (cause instanceof Error && "code" in cause && passing.has(cause.code)) {
    return new CicdError("internal", message, {
      cause,
      hint: "The machine is out of processes, memory or open files, or the CLI is being updated",
    });
  }
  return new CicdError("cli_missing", message, {
    cause,
    hint: "Install it (npm install -g @anthropic-ai/claude-code) or set CLAUDE_CLI_PATH",
  });
}
