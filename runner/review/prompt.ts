import { randomBytes } from "node:crypto";
import type { PullRequestEvent } from "#shared/event.ts";
import type { Review } from "#shared/review.ts";
import type { ChangedFile } from "../workspace/changes.ts";
import type { Checkout } from "../workspace/checkout.ts";

/** What the conversation that is asked knows already. */
export interface Background {
  /** Nothing was said in it yet. */
  readonly isNew: boolean;
  /** What an earlier conversation about the pull request said last. */
  readonly lastReview: Review | undefined;
}

/** The message that asks for a review: whole for a new conversation, what is new for an old one. */
export function reviewPrompt(
  event: PullRequestEvent,
  checkout: Checkout,
  { isNew, lastReview }: Background,
): string {
  const { number } = event.pull_request;
  const isFirst = isNew && lastReview === undefined;
  return paragraphs([
    isFirst
      ? `Review pull request #${number}.`
      : `Pull request #${number} has a new version. Review it again: keep in mind what you found before, leave out what is fixed, and repeat what is still there.`,
    ...about(event, checkout, lastReview),
  ]);
}

/** The message that asks what somebody wants to know, with the pull request for who has not seen it. */
export function questionPrompt(
  event: PullRequestEvent,
  checkout: Checkout,
  { isNew, lastReview }: Background,
  question: string,
): string {
  const { number, head } = event.pull_request;
  return paragraphs([
    `Somebody asks you about pull request #${number}, whose head is ${head.sha}. Answer in Markdown, without the JSON of a review.`,
    ...(isNew ? about(event, checkout, lastReview) : []),
    `What is asked:\n${fence("question")(question)}`,
  ]);
}

/** All that a conversation has to know about a pull request. */
function about(
  event: PullRequestEvent,
  checkout: Checkout,
  lastReview: Review | undefined,
): string[] {
  const fenced = fence("untrusted");
  const { title, body, head, base } = event.pull_request;
  return [
    lastReview === undefined
      ? ""
      : `You have reviewed an earlier version in another conversation. What you said then:\n${fenced(JSON.stringify(lastReview))}`,
    `Head: ${head.sha}, base: ${base.sha ?? base.ref}, merge base: ${checkout.mergeBase}.`,
    `Title and description:\n${fenced(`${title}\n\n${body}`)}`,
    `Changed files (${checkout.files.length}):\n${fenced(checkout.files.map(fileLine).join("\n"))}`,
    checkout.truncated
      ? "The diff was too long and is cut: read the files that are missing from it."
      : "",
    `Diff against the merge base:\n${fenced(checkout.diff)}`,
  ];
}

/** Puts text between tags. Nobody who wrote it can know the tag, and so nobody can close it. */
function fence(name: string): (text: string) => string {
  const tag = `${name}-${randomBytes(8).toString("hex")}`;
  return (text) => `<${tag}>\n${text}\n</${tag}>`;
}

function paragraphs(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}

/** Asks once more for an answer that could not be used. */
export function repairPrompt(reason: string): string {
  return `Your answer could not be read: ${reason}. Send the review again: only the fenced JSON block, with the schema that you were given.`;
}

/** Asks for an answer that was given before but never reached us. */
export const repeatPrompt =
  "Your last answer was lost on its way. Send the review again: only the fenced JSON block.";

/** The same for an answer to a question. */
export const repeatAnswerPrompt = "Your last answer was lost on its way. Give it again.";

function fileLine({ path, previousPath, status, additions, deletions }: ChangedFile): string {
  const size = additions === null ? "binary" : `+${additions} -${deletions}`;
  const from = previousPath === undefined ? "" : ` (was ${JSON.stringify(previousPath)})`;
  return `${status} ${JSON.stringify(path)}${from} ${size}`;
}
