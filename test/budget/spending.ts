import fc from "fast-check";
import type { Spending, Tokens } from "#shared/task.ts";

/** A model whose million tokens of input cost 2 dollars, of output 10. */
export const model = "claude-sonnet-5-5";

/** Tokens of which all that are not named are none. */
export function tokens(some: Partial<Tokens> = {}): Tokens {
  return {
    input_tokens: 0,
    output_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
    ...some,
  };
}

/** Spending of which all that is not named is none. */
export function spending(some: Partial<Spending> = {}): Spending {
  return { ...tokens(), cost_usd: 0, model_requests: 0, turn_ms: 0, ...some };
}

const Count = fc.nat({ max: 50_000 });

/** The tokens of any request. */
export const anyTokens: fc.Arbitrary<Tokens> = fc.record({
  input_tokens: Count,
  output_tokens: Count,
  cache_read_input_tokens: Count,
  cache_creation_input_tokens: Count,
});
