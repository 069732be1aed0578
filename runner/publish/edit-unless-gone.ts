import { CicdError } from "#shared/error.ts";
import type { OwnComment, Page } from "../forge/page.ts";

/**
 * Edits a comment that somebody may have deleted since the page was looked at; a forge refuses that
 * with the words that it has for an account that may not.
 * @returns whether it is there.
 * @throws CicdError as {@link Page} does.
 */
export async function editUnlessGone(
  page: Page,
  comment: OwnComment,
  body: string,
): Promise<boolean> {
  try {
    await page.edit(comment, body);
    return true;
  } catch (error) {
    const refusals = ["forge_refused", "forge_rejected"];
    if (!(error instanceof CicdError && refusals.includes(error.code))) throw error;
    const comments = await page.comments();
    if (comments.some(({ id, kind }) => id === comment.id && kind === comment.kind)) throw error;
    return false;
  }
}
