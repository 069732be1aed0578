import type { OwnComment } from "../forge/page.ts";
import type { Identity } from "./identity.ts";
import { readMarker } from "./marker.ts";

/** A comment of ours about a finding, as it stands on the page. */
export interface FindingComment {
  readonly comment: OwnComment;
  readonly taskId: string;
  readonly identity: Identity;
  readonly isSettled: boolean;
  /** Somebody has begun to make it the other, and did not come to the end of it. */
  readonly isChanging: boolean;
  /** Below the marker. */
  readonly text: string;
}

/** What has to happen to the line comments of a page. */
export interface Plan<T> {
  /** Findings that have no comment. */
  readonly add: readonly T[];
  /** Findings whose comment says that they are settled. */
  readonly reopen: readonly { readonly finding: T; readonly on: FindingComment }[];
  /** Comments on what is not found any more. */
  readonly settle: readonly FindingComment[];
}

/**
 * Compares the findings of a review with the comments that are there. A finding keeps the comment
 * that it has; one that is recognized by both its code and its words comes first.
 */
export function planComments<T extends { readonly identity: Identity }>(
  findings: readonly T[],
  comments: readonly OwnComment[],
): Plan<T> {
  const free = new Set(comments.flatMap((comment) => toFindingComment(comment)));
  const kept = new Map<T, FindingComment>();
  for (const isSame of [sameInBoth, sameCode, sameWords]) {
    for (const finding of findings) {
      if (kept.has(finding)) continue;
      // One that is open rather than one that was settled.
      const matching = [...free].filter(({ identity }) => isSame(identity, finding.identity));
      const match = matching.find(({ isSettled }) => !isSettled) ?? matching[0];
      if (match === undefined) continue;
      free.delete(match);
      kept.set(finding, match);
    }
  }
  return {
    add: findings.filter((finding) => !kept.has(finding)),
    reopen: [...kept]
      .filter(([, { isSettled, isChanging }]) => isSettled || isChanging)
      .map(([finding, on]) => ({ finding, on })),
    settle: [...free].filter(({ isSettled, isChanging }) => !isSettled || isChanging),
  };
}

function toFindingComment(comment: OwnComment): FindingComment[] {
  const { marker, text } = readMarker(comment.body) ?? {};
  if (comment.kind !== "line" || marker?.kind !== "finding") return [];
  const { taskId, identity, isSettled, isChanging = false } = marker;
  return [{ comment, taskId, identity, isSettled, isChanging, text: text ?? "" }];
}

function sameInBoth(one: Identity, other: Identity): boolean {
  return sameCode(one, other) && sameWords(one, other);
}

function sameCode(one: Identity, other: Identity): boolean {
  return one.code === other.code;
}

function sameWords(one: Identity, other: Identity): boolean {
  return one.words === other.words;
}
