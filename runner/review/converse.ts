import { v5 } from "uuid";
import { CicdError } from "#shared/error.ts";
import type { Review } from "#shared/review.ts";
import type { Task, Usage } from "#shared/task.ts";
import type { Lease } from "../session/lease.ts";
import type { Checkout } from "../workspace/checkout.ts";
import { type Answer, ask } from "./ask.ts";
import { parseReview } from "./parse.ts";
import { repairPrompt, repeatPrompt, reviewPrompt } from "./prompt.ts";
import type { ReviewContext } from "./run-review.ts";

/** What came of the conversation about one version of a pull request. */
export interface Conversed {
  readonly review: Review;
  readonly usage: Usage;
  /** Time of all its turns. */
  readonly turn_ms: number;
}

/**
 * Asks for a review, and once more when the answer can't be read.
 * @throws CicdError `review_unparsable` after the second answer, and what {@link ask} throws.
 */
export async function converse(
  task: Task,
  { lease, checkout, ...context }: ReviewContext & { lease: Lease; checkout: Checkout },
): Promise<Conversed> {
  const say = (step: string, text: string) =>
    ask(lease, { uuid: messageId(task, step), text }, context);
  const prompt = reviewPrompt(task.event, checkout, lease.start);
  const first = (await say("review", prompt)) ?? (await say("repeat", repeatPrompt));
  if (first === undefined)
    throw new CicdError("cli_protocol", "CLI gave no answer to a new message");
  const parsed = parseReview(first.text);
  if (parsed.ok) return { review: parsed.review, ...spent([first]) };
  const second = await say("repair", repairPrompt(parsed.reason));
  const repaired = parseReview(second?.text ?? "");
  if (second && repaired.ok) return { review: repaired.review, ...spent([first, second]) };
  const reason = repaired.ok ? parsed.reason : repaired.reason;
  throw new CicdError("review_unparsable", `Cannot read review, asked twice: ${reason}`, {
    hint: "Run it again; if it stays, try another claude.model",
  });
}

/**
 * The same for the same attempt, so that a message that is sent again after a crash is answered
 * once; another for the next attempt, since the CLI never answers a message that failed.
 */
function messageId({ id, attempt }: Task, step: string): string {
  return v5(`${attempt}:${step}`, id);
}

function spent(answers: readonly Answer[]): { usage: Usage; turn_ms: number } {
  const sum = (of: (answer: Answer) => number) =>
    answers.reduce((total, answer) => total + of(answer), 0);
  return {
    usage: {
      input_tokens: sum(({ usage }) => usage.input_tokens),
      output_tokens: sum(({ usage }) => usage.output_tokens),
      cache_read_input_tokens: sum(({ usage }) => usage.cache_read_input_tokens),
      cache_creation_input_tokens: sum(({ usage }) => usage.cache_creation_input_tokens),
      cost_usd: sum(({ usage }) => usage.cost_usd),
    },
    turn_ms: sum(({ duration_ms }) => duration_ms),
  };
}
