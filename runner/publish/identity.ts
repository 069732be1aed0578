import type { Finding, Place } from "#shared/review.ts";
import { sha256Hex } from "#shared/sha256.ts";

/**
 * What a finding is recognized by in the next review, whose words and line numbers are others: the
 * code that it is about, or what it says. Hashes of 16 hex digits.
 */
export interface Identity {
  /** File, kind of trouble, and the text of the line. */
  readonly code: string;
  /** File, kind of trouble, and what is said, but for figures, case and punctuation. */
  readonly words: string;
}

/** The identity of a finding that is shown at a place. */
export function identify({ category, message }: Finding, { path, text }: Place): Identity {
  const words = message.toLowerCase().replaceAll(/[^\p{L}]+/gu, " ");
  return {
    code: hash([path, category, text.replaceAll(/\s+/g, "")]),
    words: hash([path, category, words.trim()]),
  };
}

function hash(parts: readonly string[]): string {
  return sha256Hex(JSON.stringify(parts)).slice(0, 16);
}
