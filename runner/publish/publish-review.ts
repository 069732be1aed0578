import type { Place, Review } from "#shared/review.ts";
import type { Annotation, OwnComment, Page } from "../forge/page.ts";
import { editUnlessGone } from "./edit-unless-gone.ts";
import { identify } from "./identity.ts";
import { readMarker, withMarker } from "./marker.ts";
import { type OnLine, showFindings } from "./show-findings.ts";
import { findingTitle, reviewMarkdown, type Shown } from "./texts.ts";
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
  /** Names of the skills that it was made by; default none. */
  readonly skills?: readonly string[];
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
  { taskId, headSha, review, places, isCached = false, skills = [] }: ReviewToPublish,
  { text, failOn }: PublishOptions,
): Promise<Published> {
  const shown = review.findings
    .map((finding, index) => ({ finding, place: places[index] ?? null }))
    .sort((one, other) => rank(one.finding.severity) - rank(other.finding.severity));
  const onLines = shown.flatMap((one) => toOnLine(one)).slice(0, mostLineComments);
  const options = { taskId, headSha, text };
  const first = await showFindings(page, onLines, options);

  const placed = onLines.filter((one) => !first.refused.has(one));
  const onPage = new Set(placed.map(({ finding }) => finding));
  const end = shown.map(({ finding, place }) => ({
    finding,
    place: onPage.has(finding) ? place : null,
  }));
  const { state, title } = verdictOf(review, failOn);
  const summary = reviewMarkdown({ headSha, review, title, isCached, skills, shown: end }, text);
  const comment = withMarker({ kind: "summary", taskId }, summary);
  await showSummary(page, first.comments, comment);
  const annotations = shown.flatMap((one) => toAnnotation(one, text));
  await page.report({ taskId, headSha, state, title, summary, annotations });

  // A host that has lost this page may have had a change on its way when it was looked at.
  const second = await showFindings(page, placed, options);
  await showSummary(page, second.comments, comment);
  return {
    added: first.added + second.added,
    reopened: first.reopened + second.reopened,
    settled: first.settled + second.settled,
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
  if (summary?.body === body) return;
  const isThere = summary !== undefined && (await editUnlessGone(page, summary, body));
  if (!isThere) await page.addPageComment(body);
}

function toOnLine({ finding, place }: Shown): OnLine[] {
  return place === null ? [] : [{ finding, place, identity: identify(finding, place) }];
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
