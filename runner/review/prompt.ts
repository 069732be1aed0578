import { randomBytes } from "node:crypto";
import type { PullRequestEvent } from "#shared/event.ts";
import type { Start } from "#shared/task.ts";
import type { ChangedFile } from "../workspace/changes.ts";
import type { Checkout } from "../workspace/checkout.ts";

/** The message that asks for a review: whole for a new conversation, what is new for an old one. */
export function reviewPrompt(event: PullRequestEvent, checkout: Checkout, start: Start): string {
  // Nobody who wrote the pull request can know the tag, and so nobody can close it.
  const tag = `untrusted-${randomBytes(8).toString("hex")}`;
  const fenced = (text: string) => `<${tag}>\n${text}\n</${tag}>`;
  const { number, title, body, head, base } = event.pull_request;
  const opening =
    start === "cold"
      ? `Review pull request #${number}.`
      : `Pull request #${number} has a new version. Review it again: keep in mind what you found before, leave out what is fixed, and repeat what is still there.`;
  return [
    opening,
    `Head: ${head.sha}, base: ${base.sha}, merge base: ${checkout.mergeBase}.`,
    `Title and description:\n${fenced(`${title}\n\n${body}`)}`,
    `Changed files (${checkout.files.length}):\n${fenced(checkout.files.map(fileLine).join("\n"))}`,
    checkout.truncated
      ? "The diff was too long and is cut: read the files that are missing from it."
      : "",
    `Diff against the merge base:\n${fenced(checkout.diff)}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Asks once more for an answer that could not be used. */
export function repairPrompt(reason: string): string {
  return `Your answer could not be read: ${reason}. Send the review again: only the fenced JSON block, with the schema that you were given.`;
}

/** Asks for an answer that was given before but never reached us. */
export const repeatPrompt =
  "Your last answer was lost on its way. Send the review again: only the fenced JSON block.";

function fileLine({ path, previousPath, status, additions, deletions }: ChangedFile): string {
  const size = additions === null ? "binary" : `+${additions} -${deletions}`;
  const from = previousPath === undefined ? "" : ` (was ${JSON.stringify(previousPath)})`;
  return `${status} ${JSON.stringify(path)}${from} ${size}`;
}
