import { CicdError } from "#shared/error.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { Usage } from "#shared/task.ts";
import { failureOf } from "../claude/failure.ts";
import type { UserMessage } from "../claude/input.ts";
import type { CliResult } from "../claude/output.ts";
import type { Lease } from "../session/lease.ts";

/** What the model said in one turn, and what that took. */
export interface Answer {
  readonly text: string;
  readonly usage: Usage;
  readonly duration_ms: number;
}

/** How a turn is followed and limited. */
export interface AskOptions {
  readonly signal: AbortSignal;
  /** In milliseconds. */
  readonly turnTimeout: number;
  readonly onEvent: (event: JournalEvent) => void;
}

/**
 * Runs one turn and journals it. Undefined when the conversation has an answer to this very
 * message from before, which is not told again.
 * @throws CicdError `turn_timeout`, and of {@link failureOf} when the turn failed.
 */
export async function ask(
  lease: Lease,
  message: UserMessage,
  { signal, turnTimeout, onEvent }: AskOptions,
): Promise<Answer | undefined> {
  const began = performance.now();
  onEvent({ type: "turn.started", data: { turn_id: message.uuid, start: lease.start } });
  const timeout = AbortSignal.timeout(turnTimeout);
  const end = await lease
    .turn(message, { signal: AbortSignal.any([signal, timeout]), onEvent })
    .catch((error: unknown) => {
      throw timeout.aborted && !signal.aborted ? tookTooLong(turnTimeout, error) : error;
    });
  if (end.kind === "answered_before") return undefined;
  const failure = failureOf(end.result);
  if (failure !== undefined) throw failure;
  const usage = usageOf(end.result, end.costUsd);
  const duration_ms = performance.now() - began;
  const overhead_ms = Math.max(0, duration_ms - end.result.duration_ms);
  const model_turns = end.result.num_turns;
  const data = { turn_id: message.uuid, usage, duration_ms, overhead_ms, model_turns };
  onEvent({ type: "turn.completed", data });
  return { text: end.result.result ?? "", usage, duration_ms };
}

function usageOf({ usage }: CliResult, cost_usd: number): Usage {
  const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } =
    usage;
  return {
    input_tokens,
    output_tokens,
    cache_read_input_tokens,
    cache_creation_input_tokens,
    cost_usd,
  };
}

function tookTooLong(limit: number, cause: unknown): CicdError {
  return new CicdError("turn_timeout", `Turn took longer than ${limit} ms and was interrupted`, {
    cause,
    hint: "Raise claude.timeout, or make the pull request smaller",
  });
}
