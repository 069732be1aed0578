import type * as z from "zod";
import { reasonOf } from "#shared/error.ts";
import { firstIssue } from "#shared/first-issue.ts";

/** What an answer says, or why it can't be used, in words that the model can act on. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/**
 * The value in an answer of the model: its last fenced block, or the whole answer where it has none.
 * Text around the block is for people who follow along.
 */
export function parseAnswer<S extends z.ZodType>(schema: S, answer: string): Parsed<z.output<S>> {
  const json = lastFencedBlock(answer) ?? answer.trim();
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    const why = reasonOf(error);
    return { ok: false, reason: `it is not JSON (${why})` };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, reason: `it does not match the schema (${firstIssue(parsed.error)})` };
}

/**
 * What stands between the last opening fence and the next fence; fences are at the start of a line,
 * where JSON never has those of a suggestion.
 */
function lastFencedBlock(answer: string): string | undefined {
  let block: string | undefined;
  let closing = -1;
  for (const opening of answer.matchAll(/^```(json)?[ \t]*\r?\n(?=\s*\{)/gim)) {
    // The end of a block begins none, whatever the text behind it begins with.
    if (opening.index === closing && opening[1] === undefined) continue;
    const start = opening.index + opening[0].length;
    const end = answer.indexOf("\n```", start - 1);
    closing = end + 1;
    block = answer.slice(start, end === -1 ? undefined : end);
  }
  return block;
}
