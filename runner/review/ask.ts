import { CicdError } from "#shared/error.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { Spending, Usage } from "#shared/task.ts";
import type { TaskBudget } from "../budget/task-budget.ts";
import { failureOf } from "../claude/failure.ts";
import type { UserMessage } from "../claude/input.ts";
import type { CliResult } from "../claude/output.ts";
import type { TurnOptions } from "../claude/turn.ts";
import type { Lease, PricedTurnEnd, Ready } from "../session/lease.ts";

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
  readonly budget: TaskBudget;
  /** Writes what a turn took into the ledger, however it ended. */
  readonly onSpent: (spending: Spending) => Promise<void>;
  readonly onEvent: (event: JournalEvent) => void;
  /** Names of the tools that may run; default all that the process has. */
  readonly tools?: TurnOptions["tools"];
  /** Decides about tools that people are to be asked about; without it they are denied. */
  readonly onPermission?: TurnOptions["onPermission"];
}

/**
 * Runs one turn and journals it; `alongside` goes into it behind the message. Undefined when the
 * conversation has an answer to this very message from before, which is not told again.
 * @throws CicdError `turn_timeout`, `budget_exhausted`, and of {@link failureOf} when it failed;
 * with what was said until then, when the turn failed or took too long.
 */
export async function ask(
  { lease, ready }: { readonly lease: Lease; readonly ready: Ready },
  message: UserMessage,
  options: AskOptions & { readonly alongside?: readonly UserMessage[] | undefined },
): Promise<Answer | undefined> {
  const { signal, turnTimeout, budget, onSpent, onEvent, onPermission, alongside, tools } = options;
  const refused = budget.exceeded();
  if (refused !== undefined) throw refused;
  const began = performance.now();
  onEvent({ type: "turn.started", data: { turn_id: message.uuid, start: ready.start } });
  const limit = Math.min(turnTimeout, budget.timeLeft);
  const timeout = AbortSignal.timeout(limit);
  let end: PricedTurnEnd | undefined;
  let usage: Usage | undefined;
  let said = "";
  try {
    end = await lease.turn(message, {
      signal: AbortSignal.any([signal, timeout]),
      onEvent: (event) => {
        if (event.type === "message.delta") said += event.data.text;
        onEvent(event);
      },
      onPermission,
      tools,
      alongside,
      meter: {
        refuse: () => budget.exceeded()?.message,
        spend: (model, tokens) => budget.spend(model, tokens),
      },
    });
    if ("result" in end && end.result !== undefined) usage = usageOf(end.result, end.costUsd);
  } finally {
    // A timer may fire a moment early, and what it limits is used up then.
    const took = performance.now() - began;
    await onSpent(budget.endTurn(timeout.aborted ? Math.max(took, limit) : took, usage));
  }
  if (end.kind === "answered_before") return undefined;
  if (end.kind === "stopped") {
    signal.throwIfAborted();
    if (!timeout.aborted) throw end.reason;
    throw cutShort(budget.exceeded() ?? tookTooLong(turnTimeout, end.reason), said);
  }
  const failure = failureOf(end.result);
  // A request that a budget refused looks like one that the API refused.
  if (failure !== undefined) throw cutShort(budget.exceeded() ?? failure, said);
  const duration_ms = performance.now() - began;
  const overhead_ms = Math.max(0, duration_ms - end.result.duration_ms);
  const model_turns = end.result.num_turns;
  const spent = usageOf(end.result, end.costUsd);
  const data = { turn_id: message.uuid, usage: spent, duration_ms, overhead_ms, model_turns };
  onEvent({ type: "turn.completed", data });
  return { text: end.result.result ?? "", usage: spent, duration_ms };
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

/** How much of what was said is kept with the error; the journal has all of it. */
const partialLength = 64 * 1024;

/** The error with what was said until then; itself when nothing was. */
function cutShort(error: CicdError, said: string): CicdError {
  if (said === "") return error;
  const { code, message, hint, retryAfter, cause } = error;
  return new CicdError(code, message, {
    cause,
    ...(hint !== undefined && { hint }),
    ...(retryAfter !== undefined && { retryAfter }),
    partial: said.slice(-partialLength),
  });
}

function tookTooLong(limit: number, cause: unknown): CicdError {
  return new CicdError("turn_timeout", `Turn took longer than ${limit} ms and was interrupted`, {
    cause,
    hint: "Raise claude.timeout, or make the pull request smaller",
  });
}
