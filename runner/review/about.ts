import { randomBytes } from "node:crypto";
import type { Subject } from "../subject.ts";
import type { ChangeSet } from "../workspace/change-set.ts";
import type { Checkout } from "../workspace/checkout.ts";
import { fileList, omittedList } from "./file-list.ts";
import type { Background } from "./scope.ts";

/** All that a conversation has to know about a pull request. */
export function about(
  subject: Subject,
  checkout: Checkout,
  { lastReview, isKnown }: Background,
): string[] {
  const fenced = fence("untrusted");
  const guidance = fence("guidance");
  return [
    lastReview === undefined || isKnown
      ? ""
      : `You have reviewed an earlier version in another conversation. What you said then:\n${fenced(JSON.stringify(lastReview.review))}`,
    commits(subject, checkout),
    ...checkout.guidance.map(
      ({ path, text, isCut }) =>
        `What ${path} of the base branch says to who works here${isCut ? " (its beginning)" : ""}:\n${guidance(text)}`,
    ),
    description(subject, fenced),
    ...changes(checkout, "against the merge base", fenced),
  ];
}

/** The commits that it is between. */
export function commits({ pull_request: { base } }: Subject, { headSha, mergeBase }: Checkout) {
  return `Head: ${headSha}, base: ${base.sha ?? base.ref}, merge base: ${mergeBase}.`;
}

/** Puts a text between tags. */
export type Fence = (text: string) => string;

/** What its author says of it. */
export function description({ pull_request: { title, body } }: Subject, fenced: Fence): string {
  return `Title and description:\n${fenced(`${title}\n\n${body}`)}`;
}

/** The files that changed, and how; `against` says since when. */
export function changes(
  { files, omitted, diff }: ChangeSet,
  against: string,
  fenced: Fence,
): string[] {
  const excluded = omittedList(omitted, "excluded");
  const tooLarge = omittedList(omitted, "too_large");
  return [
    `Changed files (${files.length}):\n${fenced(fileList(files))}`,
    excluded === ""
      ? ""
      : `Excluded from the diff by the operator, as generated or vendored:\n${fenced(excluded)}`,
    tooLarge === ""
      ? ""
      : `The diff of all would be too long. These files are missing from it; read them, the most important first:\n${fenced(tooLarge)}`,
    `Diff ${against}:\n${fenced(diff)}`,
  ];
}

/** Puts text between tags. Nobody who wrote it can know the tag, and so nobody can close it. */
export function fence(name: string): Fence {
  const tag = `${name}-${randomBytes(8).toString("hex")}`;
  return (text) => `<${tag}>\n${text}\n</${tag}>`;
}
