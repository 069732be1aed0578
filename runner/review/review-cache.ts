import * as z from "zod";
import { type Task, TaskResult } from "#shared/task.ts";
import type { KeptLimits } from "../store/review-table.ts";
import type { Store } from "../store/store.ts";
import { cacheKey, type Reviewable, type Reviewer } from "./cache-key.ts";
import type { LastReview } from "./last-review.ts";

/** The result of a task of kind `review`. */
type ReviewResult = Extract<TaskResult, { kind: "review" }>;

/** A change that a review is asked for. */
export interface Asked extends Reviewable {
  readonly task: Pick<Task, "id" | "message">;
  readonly lastReview: LastReview | undefined;
}

/** A review that was made before. */
export interface Recalled {
  readonly result: ReviewResult;
  /** The task that it was made for. */
  readonly of: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What reviews are kept with. */
export interface ReviewCacheOptions extends KeptLimits {
  readonly store: Pick<Store, "findReview" | "keepReview">;
  readonly reviewer: Reviewer;
  /** Whether it is used at all. */
  readonly enabled: boolean;
  /** A review that could not be kept is still one. */
  readonly onError: (error: unknown) => void;
}

const Kept = z.discriminatedUnion("kind", [TaskResult.options[0]]);

/** Reviews of whole changes, for all hosts of a store: the same change is not paid for twice. */
export class ReviewCache {
  readonly #options: ReviewCacheOptions;

  constructor(options: ReviewCacheOptions) {
    this.#options = options;
  }

  /** The review of this very change, as a result of its own; undefined when there is none. */
  async find(asked: Asked): Promise<Recalled | undefined> {
    const { enabled, store, ttl, onError } = this.#options;
    if (!enabled) return undefined;
    try {
      const kept = await store.findReview(this.#keyOf(asked), ttl);
      if (kept === undefined) return undefined;
      const parsed = Kept.safeParse(JSON.parse(kept.content));
      // Another release wrote it.
      if (!parsed.success) return undefined;
      return { result: again(parsed.data, asked), of: kept.taskId, at: kept.at };
    } catch (error) {
      // It can be made as if there were none.
      onError(error);
      return undefined;
    }
  }

  /** Keeps a review of a whole change. One that goes on from another belongs to its conversation. */
  async keep(asked: Asked, result: TaskResult): Promise<void> {
    const { enabled, store, ttl, maxBytes, onError } = this.#options;
    if (!enabled || result.kind !== "review" || result.since_sha !== undefined) return;
    const { conversation: _, ...content } = result;
    const review = {
      key: this.#keyOf(asked),
      taskId: asked.task.id,
      content: JSON.stringify(content),
    };
    await store.keepReview(review, { ttl, maxBytes }).catch(onError);
  }

  #keyOf(asked: Asked): string {
    return cacheKey(asked, asked.task, this.#options.reviewer);
  }
}

/** The result without what its turn took. A conversation goes on only where it gave this last. */
function again(result: ReviewResult, { checkout, lastReview }: Asked): ReviewResult {
  const conversation =
    lastReview?.headSha === checkout.headSha ? lastReview.conversation : undefined;
  return {
    ...result,
    ...(conversation !== undefined && { conversation }),
    cached: true,
    usage: {
      input_tokens: 0,
      output_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
      cost_usd: 0,
    },
    timing: { ...result.timing, wait_ms: 0, workspace_ms: 0, process_ms: 0, turn_ms: 0 },
  };
}
