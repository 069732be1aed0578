import { CicdError } from "#shared/error.ts";
import type { Review } from "#shared/review.ts";
import type { OmittedFile, Task } from "#shared/task.ts";
import type { AskOptions } from "./ask.ts";
import { parseReview } from "./parse.ts";
import { repairPrompt, repeatPrompt, reviewPrompt } from "./prompt.ts";
import { omittedFrom, scopeOf } from "./scope.ts";
import { answered, backgroundOf, type Spent, spent, type Talk, voice } from "./talk.ts";

/** What came of the conversation about one version of a pull request. */
export interface Conversed extends Spent {
  readonly review: Review;
  readonly omitted: readonly OmittedFile[];
  /** The head whose review this one goes on from; undefined when the whole change was shown. */
  readonly sinceSha: string | undefined;
  readonly conversation: string;
}

/**
 * Asks for a review, and once more when the answer can't be read.
 * @throws CicdError `review_unparsable` after the second answer, and what `ask` throws.
 */
export async function converse(task: Task, talk: Talk, options: AskOptions): Promise<Conversed> {
  const say = voice(task, talk, options);
  const { subject, checkout, ready, skills } = talk;
  const background = backgroundOf(talk);
  const scope = {
    omitted: omittedFrom(checkout, background),
    sinceSha: scopeOf(checkout, background)?.from,
    conversation: ready.conversation,
  };
  const prompt = reviewPrompt(subject, checkout, background, { wish: task.message, skills });
  const first = answered((await say("review", prompt)) ?? (await say("repeat", repeatPrompt)));
  const parsed = parseReview(first.text);
  if (parsed.ok) return { review: parsed.review, ...scope, ...spent([first]) };
  const second = await say("repair", repairPrompt(parsed.reason));
  const repaired = parseReview(second?.text ?? "");
  if (second && repaired.ok) {
    return { review: repaired.review, ...scope, ...spent([first, second]) };
  }
  const reason = repaired.ok ? parsed.reason : repaired.reason;
  throw new CicdError("review_unparsable", `Cannot read review, asked twice: ${reason}`, {
    hint: "Run it again; if it stays, try another claude.model",
  });
}
