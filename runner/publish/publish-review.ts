import type { Finding, Place, Review } from "#shared/review.ts";
import type { Annotation, LineComment, OwnComment, Page } from "../forge/page.ts";
import { type Identity, identify } from "./identity.ts";
import { readMarker, withMarker } from "./marker.ts";
import { type FindingComment, planComments } from "./plan.ts";
import { findingText, findingTitle, reviewText, type Shown, settledText } from "./texts.ts";
import type { UntrustedText } from "./untrusted-text.ts";
import { type FailOn, rank, verdictOf } from "./verdict.ts";

/** A review to put on a page. */
export interface ReviewToPublish {
  readonly taskId: string;
  readonly headSha: string;
  readonly review: Review;
  /** For each finding, in their order. */
  readonly places: readonly (Place | null)[];
  /** It was made before, of the same change. */
  readonly isCached?: boolean;
}

/** How it is put there. */
export interface PublishOptions {
  readonly text: UntrustedText;
  readonly failOn: FailOn;
}

/** What changed on the page. */
export interface Published {
  readonly added: number;
  readonly reopened: number;
  readonly settled: number;
  /** Findings that stand in the summary alone. */
  readonly unplaced: number;
  readonly state: "clean" | "found" | "blocked";
}

/** More line comments would bury a pull request; the least severe ones go into the summary. */
const mostLineComments = 50;

/**
 * Brings a page to show a review: a comment for each finding on its line, one summary, and the state
 * of the commit last, when all the rest is there. Looks at the page first, so that repeating it after
 * any failure ends in the same page.
 * @throws CicdError as {@link Page} does.
 */
export async function publishReview(
  page: Page,
  { taskId, headSha, review, places, isCached = false }: ReviewToPublish,
  { text, failOn }: PublishOptions,
): Promise<Published> {
  const shown = review.findings
    .map((finding, index) => ({ finding, place: places[index] ?? null }))
    .sort((one, other) => rank(one.finding.severity) - rank(other.finding.severity));
  const onLines = shown.flatMap((one) => toOnLine(one)).slice(0, mostLineComments);
  const comments = await page.comments();
  const { add, reopen, settle } = planComments(onLines, comments);

  const open = ({ finding, place, identity }: OnLine) =>
    withMarker(
      { kind: "finding", taskId, identity, isSettled: false },
      findingText({ finding, place }, text),
    );
  for (const { finding, on } of reopen) {
    await page.settle(on.comment, false);
    await page.edit(on.comment, open(finding));
  }
  const wanted = new Map<LineComment, OnLine>(
    add.map((one) => [{ place: one.place, body: open(one) }, one]),
  );
  const refused = await page.addLineComments([...wanted.keys()], headSha);
  for (const comment of settle) await settleComment(page, comment, headSha);

  const lost = new Set(refused.map((comment) => wanted.get(comment)?.finding));
  const kept = new Set(onLines.map(({ finding }) => finding));
  const end = shown.map(({ finding, place }) => ({
    finding,
    place: kept.has(finding) && !lost.has(finding) ? place : null,
  }));
  const { state, title } = verdictOf(review, failOn);
  const summary = reviewText({ headSha, review, title, isCached, shown: end }, text);
  await showSummary(page, comments, withMarker({ kind: "summary", taskId }, summary));
  const annotations = shown.flatMap((one) => toAnnotation(one, text));
  await page.report({ taskId, headSha, state, title, summary, annotations });
  return {
    added: add.length - refused.length,
    reopened: reopen.length,
    settled: settle.length,
    unplaced: end.filter(({ place }) => place === null).length,
    state,
  };
}

/** Lets the one summary of a page say this: edited in place, so that people are not told each time. */
export async function showSummary(
  page: Page,
  comments: readonly OwnComment[],
  body: string,
): Promise<void> {
  const summary = comments.find(
    (comment) => comment.kind === "page" && readMarker(comment.body)?.marker.kind === "summary",
  );
  if (summary === undefined) await page.addPageComment(body);
  else if (summary.body !== body) await page.edit(summary, body);
}

/** A finding that gets a comment on a line. */
interface OnLine {
  readonly finding: Finding;
  readonly place: Place;
  readonly identity: Identity;
}

function toOnLine({ finding, place }: Shown): OnLine[] {
  return place === null ? [] : [{ finding, place, identity: identify(finding, place) }];
}

/** The thread first: a comment that says that it is settled is not looked at again. */
async function settleComment(page: Page, settled: FindingComment, headSha: string): Promise<void> {
  const { comment, taskId, identity, text } = settled;
  await page.settle(comment, true);
  const marker = { kind: "finding", taskId, identity, isSettled: true } as const;
  await page.edit(comment, withMarker(marker, settledText(text, headSha)));
}

const levels = {
  critical: "failure",
  high: "failure",
  medium: "warning",
  low: "notice",
  info: "notice",
} as const;

/** An annotation is plain text and may be 64 KB. */
const longestAnnotation = 4000;

function toAnnotation({ finding, place }: Shown, text: UntrustedText): Annotation[] {
  if (place === null) return [];
  const { path, line } = place;
  const message = text.plain(finding.message, longestAnnotation);
  const title = findingTitle(finding);
  return [{ path, line, level: levels[finding.severity], title, message }];
}
