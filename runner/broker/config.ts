import * as z from "zod";
import { Wait } from "#shared/quantity.ts";

/** How the model's API is reached, by the broker or without it. Durations in milliseconds. */
export const AnthropicConfig = z
  .strictObject({
    api_key: z
      .string()
      .min(1)
      .optional()
      .meta({ secret: true, description: "Key of the model's API" }),
    base_url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({
        description: "Where the model's API is; default: Anthropic's own",
      }),
    broker: z.boolean().default(true).meta({
      description: "Whether processes reach the API through the runner, and never have the key",
    }),
    first_byte_timeout: Wait.prefault("3m").meta({
      description: "How long the API may take until an answer begins, with the broker",
    }),
    idle_timeout: Wait.prefault("1m").meta({
      description: "How long it may say nothing in the midst of one",
    }),
  })
  .prefault({});
