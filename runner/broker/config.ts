import * as z from "zod";
import { Wait } from "#shared/quantity.ts";
import { CustomHeaders } from "./custom-headers.ts";

/** What a header can carry; an error about one would show it. */
const Key = z
  .string()
  .regex(/^[\x21-\x7e]+$/, "must be plain text: look for blanks, line ends and quotes");

/** How the model's API is reached, by the broker or without it. Durations in milliseconds. */
export const AnthropicConfig = z
  .strictObject({
    api_key: Key.optional().meta({ secret: true, description: "Key of the model's API" }),
    auth_token: Key.optional().meta({
      secret: true,
      description: "Bearer token of a gateway, in place of a key",
    }),
    custom_headers: CustomHeaders.optional().meta({
      secret: true,
      description: "What a gateway wants besides: a `Name: value` on each line, the values secrets",
    }),
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
  .refine(({ api_key, auth_token }) => api_key === undefined || auth_token === undefined, {
    path: ["auth_token"],
    error: "must not stand beside anthropic.api_key: set the one that the API takes",
  })
  .prefault({});
