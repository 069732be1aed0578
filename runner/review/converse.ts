import { Review } from "#shared/review.ts";
import type { OmittedFile, Task } from "#shared/task.ts";
import type { AskOptions } from "./ask.ts";
import { askInForm } from "./ask-form.ts";
import { parseAnswer } from "./parse.ts";
import { reviewPrompt } from "./prompt.ts";
import { omittedFrom, scopeOf } from "./scope.ts";
import { backgroundOf, type Spent, type Talk, voice } from "./talk.ts";

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
  const { subject, checkout, ready, skills } = talk;
  const background = backgroundOf(talk);
  const { value: review, ...took } = await askInForm(voice(task, talk, options), {
    step: "review",
    prompt: reviewPrompt(subject, checkout, background, { wish: task.message, skills }),
    read: (answer) => parseAnswer(Review, answer),
    what: "review",
    code: "review_unparsable",
  });
  return {
    review,
    omitted: omittedFrom(checkout, background),
    sinceSha: scopeOf(checkout, background)?.from,
    conversation: ready.conversation,
    ...took,
  };
}
