import * as z from "zod";

const Count = z.int().nonnegative().nullish();

/** Tokens as the API tells them; what it leaves out or tells as null is not known. */
const Counts = z.object({
  input_tokens: Count,
  output_tokens: Count,
  cache_read_input_tokens: Count,
  cache_creation_input_tokens: Count,
});

/** What one request to the model used; tokens. */
export interface RequestUsage {
  readonly model: string;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
}

/** A whole message: the answer to a request without `stream`, and the start of a stream. */
export const Message = z.object({ model: z.string(), usage: Counts });

/** The events of a stream that tell usage, and the one that ends it. */
export const UsageEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("message_start"), message: Message }),
  z.object({ type: z.literal("message_delta"), usage: Counts }),
  z.object({ type: z.literal("message_stop") }),
]);

/** The usage of a message as far as it is told. */
export function usageOf({ model, usage }: z.infer<typeof Message>): RequestUsage {
  const none = {
    input_tokens: 0,
    output_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
  };
  return updated({ model, ...none }, usage);
}

/** The usage with newer counts: those of a `message_delta` are totals, not additions. */
export function updated(known: RequestUsage, newer: z.infer<typeof Counts>): RequestUsage {
  return {
    model: known.model,
    input_tokens: newer.input_tokens ?? known.input_tokens,
    output_tokens: newer.output_tokens ?? known.output_tokens,
    cache_read_input_tokens: newer.cache_read_input_tokens ?? known.cache_read_input_tokens,
    cache_creation_input_tokens:
      newer.cache_creation_input_tokens ?? known.cache_creation_input_tokens,
  };
}
