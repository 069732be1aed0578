import type { Place } from "#shared/review.ts";
import type { Task, TaskResult } from "#shared/task.ts";
import type { WorkContext } from "../dispatch/run-attempt.ts";
import type { Page } from "../forge/page.ts";
import { mayPass, patiently } from "./patiently.ts";
import { publishReview } from "./publish-review.ts";
import type { Publisher } from "./publisher.ts";

/** The result of a review, and where its findings can be shown. */
export interface Reviewed {
  readonly result: TaskResult;
  readonly places: readonly (Place | null)[];
}

/** Waits until a page shows that a commit is being reviewed. */
export type Announced = (headSha: string) => Promise<void>;

/** How a review comes about, and what an earlier attempt has left of it. */
export interface ReviewSource {
  readonly stored: Reviewed | undefined;
  /** Runs the review; no turn of it begins before `announced` resolves for the commit at hand. */
  readonly run: (announced: Announced) => Promise<Reviewed>;
}

/**
 * Reviews a pull request and puts the result on its page, where there is one. The result is kept
 * before, with its places, for whoever follows the task too: an attempt that fails in publishing
 * leaves the next one nothing else to do.
 * @throws CicdError of what went wrong; the signal's reason when it aborts.
 */
export async function publishedReview(
  task: Task,
  context: WorkContext,
  { stored, run }: ReviewSource,
  publisher: Publisher,
): Promise<TaskResult> {
  const { signal, checkHeld, keep, onEvent } = context;
  const page = publisher.openPage(task.event, { signal, beforeWrite: checkHeld });
  const unseen = async () => await run(async () => {});
  const seen = async (on: Page) => await reviewAnnounced(task, context, on, run);
  const reviewed = stored ?? (await (page === undefined ? unseen() : seen(page)));
  const { result, places } = reviewed;
  if (stored === undefined) {
    await keep({ type: "result.stored", data: { result, places: [...places] } });
  }
  if (page === undefined || result.kind !== "review") return result;
  const { review, head_sha: headSha, cached: isCached = false, skills = [] } = result;
  const shown = { taskId: task.id, headSha, review, places, isCached, skills };
  const work = () => publishReview(page, shown, publisher);
  const published = await patiently(work, publisher.patience, signal);
  onEvent({
    type: "task.published",
    data: { url: task.event.pull_request.url, ...published },
  });
  return result;
}

/** Shows the task as running while the review is made. */
async function reviewAnnounced(
  task: Task,
  { owePage }: WorkContext,
  page: Page,
  run: ReviewSource["run"],
): Promise<Reviewed> {
  const told = task.event.pull_request.head?.sha;
  // While the commits are fetched, when it is known which.
  const early = owePage().then(() => (told === undefined ? undefined : announce(task, page, told)));
  const work = [early];
  const announced = async (headSha: string) => {
    await early;
    if (told !== undefined) return;
    const late = announce(task, page, headSha);
    work.push(late);
    await late;
  };
  try {
    // Whoever waits for it hears of a failure; the work may fail before.
    early.catch(() => {});
    return await run(announced);
  } finally {
    // Whoever ends the page knows by then that there is one.
    await Promise.allSettled(work);
  }
}

async function announce(task: Task, page: Page, headSha: string): Promise<void> {
  const title = "Review in progress";
  const report = { taskId: task.id, headSha, title, summary: `${title}.`, annotations: [] };
  try {
    await page.report({ ...report, state: "running" });
  } catch (error) {
    // It may work when there is something to show. What an operator has to mend stays broken.
    if (!mayPass(error)) throw error;
  }
}
