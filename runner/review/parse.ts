import { firstIssue } from "#shared/first-issue.ts";
import { Review } from "#shared/review.ts";

/** A review, or why the answer is none, in words that the model can act on. */
export type ParsedReview =
  | { readonly ok: true; readonly review: Review }
  | { readonly ok: false; readonly reason: string };

/**
 * The review in an answer of the model: its last fenced block, or the whole answer where it has
 * none. Text around the block is for people who follow along.
 */
export function parseReview(answer: string): ParsedReview {
  const json = lastFencedBlock(answer) ?? answer.trim();
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: `it is not JSON (${why})` };
  }
  const parsed = Review.safeParse(value);
  if (parsed.success) return { ok: true, review: parsed.data };
  return { ok: false, reason: `it does not match the schema (${firstIssue(parsed.error)})` };
}

/** From the last opening fence that stands at the start of a line to the last closing one. */
function lastFencedBlock(answer: string): string | undefined {
  const opening = [...answer.matchAll(/^```(?:json)?[ \t]*\r?\n(?=\s*\{)/gim)].at(-1);
  if (opening === undefined) return undefined;
  const start = opening.index + opening[0].length;
  // Code in a suggestion may hold fences too; inside JSON they never begin a line.
  const end = answer.indexOf("\n```", start - 1);
  return answer.slice(start, end === -1 ? undefined : end);
}
