import type { LastReview } from "#runner/review/last-review.ts";
import type { Checkout } from "#runner/workspace/checkout.ts";
import type { Review } from "#shared/review.ts";
import { pullRequestEvent } from "../shared/pull-request-event.ts";

/** The checkout of a pull request that changes nothing. */
export const noChange: Checkout = {
  tree: "/tree",
  headSha: "a".repeat(40),
  mergeBase: "c".repeat(40),
  files: [],
  diff: "",
  diffBytes: 0,
  omitted: [],
  since: undefined,
  changedLines: new Map(),
  guidance: [],
};

/** A review that was given before, of another head and in another conversation. */
export function lastReview(review: Review, more: Partial<LastReview> = {}): LastReview {
  return {
    review,
    headSha: "e".repeat(40),
    conversation: undefined,
    omitted: [],
    event: pullRequestEvent(),
    ...more,
  };
}
