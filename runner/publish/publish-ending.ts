import type { Task } from "#shared/task.ts";
import type { Page } from "../forge/page.ts";
import { withMarker } from "./marker.ts";
import { showSummary } from "./publish-review.ts";
import { failureText } from "./texts.ts";
import type { UntrustedText } from "./untrusted-text.ts";

/** How the end of a task is shown. */
export interface EndingOptions {
  readonly text: UntrustedText;
  /** Nothing later says anything of the page as a whole. */
  readonly isLatest: boolean;
  /** Something later shows how the very same commit stands. */
  readonly isOutdated: boolean;
}

/**
 * Ends what a page shows of a task that has ended without a review: a failure in plain words, in
 * place of a summary that could be taken for one of this version; or that it was given up.
 * @throws CicdError as {@link Page} does.
 */
export async function publishEnding(
  page: Page,
  { id: taskId, event, state, error }: Task,
  { text, isLatest, isOutdated }: EndingOptions,
): Promise<void> {
  // Not told by every event: nothing was shown at a commit then.
  const headSha = event.pull_request.head?.sha;
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
