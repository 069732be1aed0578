import type { Usage } from "#shared/task.ts";

/** Spending as budgets count it. */
export interface Amount {
  /** Whole billionths of a US dollar: of whole numbers a sum is exact, in any order. */
  readonly nanoUsd: number;
  /** Input, output and what was written to the cache; what was read from it is not counted. */
  readonly tokens: number;
}

/** Before anything is spent. */
export const nothing: Amount = { nanoUsd: 0, tokens: 0 };

/**
 * What a budget counts of a usage. Reading the cache costs money and is in `nanoUsd`, but it is no
 * new work: each request of a long conversation reads the whole of it again, at a tenth of the price
 * or less, and by such tokens a session would be worn out just by having been kept.
 */
export function amountOf(usage: Usage): Amount {
  return {
    nanoUsd: toNano(usage.cost_usd),
    tokens: usage.input_tokens + usage.output_tokens + usage.cache_creation_input_tokens,
  };
}

/** US dollars in whole billionths. */
export function toNano(usd: number): number {
  return Math.round(usd * 1e9);
}

/** The sum of two. */
export function add(one: Amount, other: Amount): Amount {
  return { nanoUsd: one.nanoUsd + other.nanoUsd, tokens: one.tokens + other.tokens };
}

/** What the first has more than the second; less than zero where it has less. */
export function subtract(one: Amount, other: Amount): Amount {
  return { nanoUsd: one.nanoUsd - other.nanoUsd, tokens: one.tokens - other.tokens };
}
