import type { Review } from "#shared/review.ts";
import type { OmittedFile, Task } from "#shared/task.ts";
import type { TaskEvent } from "#shared/task-event.ts";

/** The review of a pull request that succeeded last. */
export interface LastReview {
  readonly review: Review;
  readonly headSha: string;
  /** The CLI's conversation that it was given in; undefined where that was not written down. */
  readonly conversation: string | undefined;
  readonly omitted: readonly OmittedFile[];
  /** The pull request as it was then. */
  readonly event: TaskEvent;
}

/** Finds it among tasks, most recent first; questions and closing have none. */
export function lastReviewAmong(tasks: readonly Task[]): LastReview | undefined {
  for (const { result, event } of tasks) {
    if (result?.kind !== "review") continue;
    const { review, head_sha: headSha, conversation, omitted_files: omitted = [] } = result;
    return { review, headSha, conversation, omitted, event };
  }
  return undefined;
}
