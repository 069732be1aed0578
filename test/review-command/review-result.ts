import type { Review } from "#shared/review.ts";
import type { TaskResult } from "#shared/task.ts";

/** The result of a task that led to a review. */
export function reviewResult(review: Review): TaskResult {
  return {
    kind: "review",
    head_sha: "a".repeat(40),
    review,
    usage: {
      input_tokens: 1,
      output_tokens: 2,
      cache_read_input_tokens: 3,
      cache_creation_input_tokens: 4,
      cost_usd: 0.5,
    },
    timing: { start: "cold", wait_ms: 0, workspace_ms: 1, process_ms: 2, turn_ms: 3 },
  };
}
