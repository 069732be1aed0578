import type { Finding, Place } from "#shared/review.ts";
import type { LineComment, OwnComment, Page } from "../forge/page.ts";
import { editUnlessGone } from "./edit-unless-gone.ts";
import type { Identity } from "./identity.ts";
import { withMarker } from "./marker.ts";
import { type FindingComment, planComments } from "./plan.ts";
import { findingText, settledText } from "./texts.ts";
import type { UntrustedText } from "./untrusted-text.ts";

/** A finding that gets a comment on a line. */
export interface OnLine {
  readonly finding: Finding;
  readonly place: Place;
  readonly identity: Identity;
}

/** Whose findings they are, and how they are written. */
export interface ShowOptions {
  readonly taskId: string;
  readonly headSha: string;
  readonly text: UntrustedText;
}

/** What was on the page, and what was done to it. */
export interface ShownFindings {
  /** Our comments as they were before. */
  readonly comments: readonly OwnComment[];
  readonly added: number;
  readonly reopened: number;
  readonly settled: number;
  /** Those that the forge has no line for. */
  readonly refused: ReadonlySet<OnLine>;
}

/** Lets the line comments of a page say what was found: those that are there stay, others are settled. */
export async function showFindings(
  page: Page,
  findings: readonly OnLine[],
  options: ShowOptions,
): Promise<ShownFindings> {
  const comments = await page.comments();
  const { add, reopen, settle } = planComments(findings, comments);
  for (const { finding, on } of reopen) {
    if (!(await settleThread(page, on, false))) continue;
    await editUnlessGone(page, on.comment, openText(finding, options));
  }
  const wanted = new Map<LineComment, OnLine>(
    add.map((one) => [{ place: one.place, body: openText(one, options) }, one]),
  );
  const refused = await page.addLineComments([...wanted.keys()], options.headSha);
  for (const comment of settle) await settleComment(page, comment, options.headSha);
  return {
    comments,
    added: add.length - refused.length,
    reopened: reopen.length,
    settled: settle.length,
    refused: new Set(refused.flatMap((comment) => wanted.get(comment) ?? [])),
  };
}

function openText({ finding, place, identity }: OnLine, { taskId, text }: ShowOptions): string {
  const marker = { kind: "finding", taskId, identity, isSettled: false } as const;
  return withMarker(marker, findingText({ finding, place }, text));
}

async function settleComment(page: Page, settled: FindingComment, headSha: string): Promise<void> {
  const { comment, taskId, identity, text, isSettled } = settled;
  if (!(await settleThread(page, settled, true))) return;
  const marker = { kind: "finding", taskId, identity, isSettled: true } as const;
  const body = withMarker(marker, isSettled ? text : settledText(text, headSha));
  await editUnlessGone(page, comment, body);
}

/**
 * A thread and its comment change one after the other. Whoever finds this mark knows that only one of
 * them may have, and does both again.
 * @returns whether they are there: somebody may delete them meanwhile.
 */
async function settleThread(
  page: Page,
  { comment, taskId, identity, text, ...was }: FindingComment,
  isSettled: boolean,
): Promise<boolean> {
  if (page.settle === undefined) return true;
  if (!was.isChanging) {
    const marker = { kind: "finding", taskId, identity, ...was, isChanging: true } as const;
    if (!(await editUnlessGone(page, comment, withMarker(marker, text)))) return false;
  }
  await page.settle(comment, isSettled);
  return true;
}
