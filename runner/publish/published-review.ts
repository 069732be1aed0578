import { setTimeout as delay } from "node:timers/promises";
import { CicdError } from "#shared/error.ts";
import type { Place } from "#shared/review.ts";
import type { Task, TaskResult } from "#shared/task.ts";
import type { WorkContext } from "../dispatch/run-attempt.ts";
import type { Page } from "../forge/page.ts";
import { publishReview } from "./publish-review.ts";
import type { Publisher } from "./publisher.ts";

/** The result of a review, and where its findings can be shown. */
export interface Reviewed {
  readonly result: TaskResult;
  readonly places: readonly (Place | null)[];
}

/** How a review comes about, and what an earlier attempt has left of it. */
export interface ReviewSource {
  readonly stored: Reviewed | undefined;
  /** Runs the review; no turn of it begins before `announced` resolves. */
  readonly run: (announced: Promise<void>) => Promise<Reviewed>;
}

/**
 * Reviews a pull request and puts the result on its page. The result is kept before: an attempt that
 * fails in publishing leaves the next one nothing else to do.
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
  if (page === undefined) return (stored ?? (await run(Promise.resolve()))).result;
  const reviewed = stored ?? (await reviewAnnounced(task, context, page, run));
  const { result, places } = reviewed;
  if (stored === undefined) {
    await keep({ type: "result.stored", data: { result, places: [...places] } });
  }
  if (result.kind !== "review") return result;
  const { review, head_sha: headSha } = result;
  const work = () => publishReview(page, { taskId: task.id, headSha, review, places }, publisher);
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
  const announced = announce(task, page, owePage);
  // Whoever waits for it hears of a failure; the work may fail before.
  const settled = announced.catch(() => {});
  try {
    return await run(announced);
  } finally {
    // Whoever ends the page knows by then that there is one.
    await settled;
  }
}

async function announce(task: Task, page: Page, owePage: WorkContext["owePage"]): Promise<void> {
  await owePage();
  const headSha = task.event.pull_request.head?.sha;
  // There is no commit yet to show it at: the checkout will tell which.
  if (headSha === undefined) return;
  const title = "Review in progress";
  const report = { taskId: task.id, headSha, title, summary: `${title}.`, annotations: [] };
  try {
    await page.report({ ...report, state: "running" });
  } catch (error) {
    // It may work when there is something to show. What an operator has to mend stays broken.
    if (!mayPass(error)) throw error;
  }
}

/** Before the first repeat, in milliseconds; it doubles. */
const firstPause = 250;
const longestPause = 30_000;

/** Repeats what fails for a while. */
async function patiently<T>(
  work: () => Promise<T>,
  patience: number,
  signal: AbortSignal,
): Promise<T> {
  const end = Date.now() + patience;
  for (let pause = firstPause; ; pause = Math.min(longestPause, pause * 2)) {
    try {
      return await work();
    } catch (error) {
      const wait = error instanceof CicdError ? (error.retryAfter ?? 0) * 1000 : 0;
      const next = Math.max(pause, wait);
      if (!mayPass(error) || Date.now() + next > end) throw error;
      await delay(next, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

function mayPass(error: unknown): boolean {
  return (
    error instanceof CicdError &&
    (error.code === "forge_unavailable" || error.code === "forge_rate_limited")
  );
}
