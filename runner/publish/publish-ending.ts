import type { Task } from "#shared/task.ts";
import type { Page } from "../forge/page.ts";
import { isAnswered } from "./answered-task.ts";
import { withMarker } from "./marker.ts";
import { publishAnswer } from "./publish-answer.ts";
import { showSummary } from "./publish-review.ts";
import { failureText, noAnswerText } from "./texts.ts";
import type { UntrustedText } from "./untrusted-text.ts";

/** How the end of a task is shown. */
export interface EndingOptions {
  readonly text: UntrustedText;
  /** The commit that it was about, as far as that came to be known. */
  readonly headSha: string | undefined;
  /** Nothing later says anything of the page as a whole. */
  readonly isLatest: boolean;
  /** Something later shows how the very same commit stands. */
  readonly isOutdated: boolean;
}

/**
 * Ends what a page shows of a task that has ended without a result: a failure in plain words, in
 * place of a summary that could be taken for one of this version; or that it was given up. Whoever
 * asked for it hears of a failure where they asked.
 * @throws CicdError as {@link Page} does.
 */
export async function publishEnding(page: Page, task: Task, options: EndingOptions): Promise<void> {
  const { kind, error, message } = task;
  // Somebody who may not must not change what is shown of a review.
  if (kind === "review" && error?.code !== "forbidden") await endReview(page, task, options);
  // A command that there is not may be meant for another program.
  const isMeant = kind !== "help" || message === null;
  if (error !== null && isMeant && isAnswered(task)) {
    const { text } = options;
    await publishAnswer(page, task, noAnswerText(kind, error, text), text);
  }
}

async function endReview(
  page: Page,
  { id: taskId, state, error }: Task,
  { text, headSha, isLatest, isOutdated }: EndingOptions,
): Promise<void> {
  // Nothing was shown at a commit that never came to be known.
  const report =
    headSha === undefined ? undefined : { taskId, headSha, annotations: [], isOutdated };
  if (error === null) {
    if (report === undefined) return;
    const title = state === "superseded" ? "Superseded by what came later" : "Cancelled";
    const summary = `${title}: this version was not reviewed.`;
    await page.report({ ...report, state: "cancelled", title, summary });
    return;
  }
  const summary = failureText(headSha, error, text);
  if (isLatest) {
    const comments = await page.comments();
    await showSummary(page, comments, withMarker({ kind: "summary", taskId }, summary));
  }
  if (report === undefined) return;
  const title = text.plain(`Review failed: ${error.message}`, longestTitle);
  await page.report({ ...report, state: "failed", title, summary });
}

const longestTitle = 140;
