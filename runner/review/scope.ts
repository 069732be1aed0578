import type { OmittedFile } from "#shared/task.ts";
import type { Checkout } from "../workspace/checkout.ts";
import type { Since } from "../workspace/since.ts";
import type { LastReview } from "./last-review.ts";

/** What the conversation that is asked knows already. */
export interface Background {
  /** Nothing was said in it yet. */
  readonly isNew: boolean;
  /** What was said last about the pull request, here or in another conversation. */
  readonly lastReview: LastReview | undefined;
  /** It was said here. */
  readonly isKnown: boolean;
}

/** What changed since the last review, for a conversation that gave it; undefined: look at it all. */
export function scopeOf(
  { since }: Pick<Checkout, "since">,
  { isKnown }: Background,
): Extract<Since, { kind: "changes" }> | undefined {
  return isKnown && since?.kind === "changes" ? since : undefined;
}

/** Whether a conversation has reviewed this very head, and so knows the whole change. */
export function knowsHead(
  { headSha }: Pick<Checkout, "headSha">,
  { isKnown, lastReview }: Background,
): boolean {
  return isKnown && lastReview?.headSha === headSha;
}

/** The files that a review does not cover, with those that the ones before it did not. */
export function omittedFrom(checkout: Checkout, background: Background): readonly OmittedFile[] {
  const scope = scopeOf(checkout, background);
  if (scope === undefined) return checkout.omitted;
  const changed = new Set(checkout.files.map(({ path }) => path));
  const now = new Set(scope.omitted.map(({ path }) => path));
  const before = (background.lastReview?.omitted ?? []).filter(
    ({ path }) => changed.has(path) && !now.has(path),
  );
  return [...scope.omitted, ...before];
}
