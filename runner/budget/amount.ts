import type { Spending } from "#shared/task.ts";

/** Spending as budgets count it. */
export interface Amount {
  /** Whole billionths of a US dollar: of whole numbers a sum is exact, in any order. */
  readonly nanoUsd: number;
  /** Input, output and what was written to the cache; what was read from it is not counted. */
  readonly tokens: number;
  /** Requests to the model, each of which is a turn of its own to the CLI. */
  readonly turns: number;
  /** How long the model and its tools were at work, in milliseconds. */
  readonly time: number;
}

/** Before anything is spent. */
export const nothing: Amount = { nanoUsd: 0, tokens: 0, turns: 0, time: 0 };

/**
 * What a budget counts of some spending. Reading the cache costs money and is in `nanoUsd`, but it
 * is no new work: each request of a long conversation reads the whole of it again, at a tenth of the
 * price or less, and by such tokens a session would be worn out just by having been kept.
 */
export function amountOf(spending: Spending): Amount {
  return {
    nanoUsd: Math.round(spending.cost_usd * 1e9),
    tokens: spending.input_tokens + spending.output_tokens + spending.cache_creation_input_tokens,
    turns: spending.model_requests,
    time: spending.turn_ms,
  };
}

/** The sum of two. */
export function add(one: Amount, other: Amount): Amount {
  return {
    nanoUsd: one.nanoUsd + other.nanoUsd,
    tokens: one.tokens + other.tokens,
    turns: one.turns + other.turns,
    time: one.time + other.time,
  };
}

/** What the first has more than the second; less than zero where it has less. */
export function subtract(one: Amount, other: Amount): Amount {
  return {
    nanoUsd: one.nanoUsd - other.nanoUsd,
    tokens: one.tokens - other.tokens,
    turns: one.turns - other.turns,
    time: one.time - other.time,
  };
}

/** The higher figures of two. */
export function most(one: Amount, other: Amount): Amount {
  return {
    nanoUsd: Math.max(one.nanoUsd, other.nanoUsd),
    tokens: Math.max(one.tokens, other.tokens),
    turns: Math.max(one.turns, other.turns),
    time: Math.max(one.time, other.time),
  };
}
