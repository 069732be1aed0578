import { RE2JS } from "re2js";
import * as z from "zod";
import { reasonOf } from "#shared/error.ts";

/** A regular expression of the operator, ready for text that nobody trusts. */
export interface Pattern {
  /** As it is configured. */
  readonly source: string;
  /** Whether it is found anywhere in a text. */
  found(text: string): boolean;
}

/**
 * A regular expression in RE2's syntax, compiled once. It takes time in proportion to the text
 * whatever both say: there is no text that a match hangs over.
 */
export const Pattern = z.string().transform((source, context): Pattern => {
  try {
    const compiled = RE2JS.compile(source);
    return { source, found: (text) => compiled.matcher(text).find() };
  } catch (error) {
    const why = reasonOf(error);
    context.addIssue({
      code: "custom",
      message: `must be a regular expression in RE2's syntax: ${why}`,
    });
    return z.NEVER;
  }
});
