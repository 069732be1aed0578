import { CicdError } from "#shared/error.ts";
import type { Task, TaskResult } from "#shared/task.ts";
import type { WorkContext } from "../dispatch/run-attempt.ts";
import type { Checkout } from "../workspace/checkout.ts";
import { type SessionContext, waitOf } from "./in-session.ts";
import type { Asked, Recalled, ReviewCache } from "./review-cache.ts";
import { runReview } from "./run-review.ts";

/** A review, and the change that it is about. */
export interface ReviewOf {
  readonly result: TaskResult;
  readonly checkout: Checkout;
}

/** What reviews are kept in, and for whom. */
export interface RecallOptions extends Pick<WorkContext, "checkHeld"> {
  readonly cache: ReviewCache;
  readonly isForced: boolean;
}

/**
 * Reviews the head of a pull request in its session, or gives the review of the same change that was
 * made before: then no turn runs, and nobody waits for a process. With `isForced` the model is asked
 * anyway. What people said into a turn is in no other review: such a one is neither given nor kept.
 * @throws CicdError as `runReview` does; the signal's reason when it aborts.
 */
export async function reviewOrRecall(
  task: Task,
  context: SessionContext,
  { cache, isForced, checkHeld }: RecallOptions,
): Promise<ReviewOf> {
  const { subject, lastReview, skills, onEvent, received = [] } = context;
  const asked: Asked[] = [];
  const recalled: Recalled[] = [];
  let isGuided = received.length > 0;
  const began = performance.now();
  try {
    const result = await runReview(task, {
      ...context,
      prepare: async (folder) => {
        const checkout = await context.prepare(folder);
        const change = { task, subject, checkout, lastReview, skills };
        asked.push(change);
        const before = isForced || isGuided ? undefined : await cache.find(change);
        if (before === undefined) return checkout;
        recalled.push(before);
        throw nothingToAsk;
      },
      onEvent: (event) => {
        if (event.type === "message.received") isGuided = true;
        onEvent(event);
      },
    });
    const [change] = asked;
    if (change === undefined) throw new CicdError("internal", "Review is about no checkout");
    // A host that was late has no say in what others will be told.
    await checkHeld();
    if (!isGuided) await cache.keep(change, result);
    return { result, checkout: change.checkout };
  } catch (error) {
    const [change] = asked;
    const [before] = recalled;
    if (error !== nothingToAsk || change === undefined || before === undefined) throw error;
    const { result, of, at } = before;
    onEvent({ type: "review.recalled", data: { of, reviewed_at: new Date(at).toISOString() } });
    const workspace_ms = performance.now() - began;
    const timing = { ...result.timing, wait_ms: waitOf(task), workspace_ms };
    return { result: { ...result, timing }, checkout: change.checkout };
  }
}

/** Ends the way to a turn, once the commits are there. */
const nothingToAsk = new CicdError("conflict", "The same change was reviewed before");
