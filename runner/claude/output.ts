import * as z from "zod";
import { addTokens } from "#shared/task.ts";

const Tokens = z.int().nonnegative().catch(0);

/** Token counts of one turn. */
const TurnUsage = z.looseObject({
  input_tokens: Tokens,
  output_tokens: Tokens,
  cache_read_input_tokens: Tokens,
  cache_creation_input_tokens: Tokens,
});

/** The end of a turn. Usage, turns and duration are the turn's own, `total_cost_usd` is the
 * process's whole life's. */
const Result = z.looseObject({
  type: z.literal("result"),
  subtype: z.string(),
  is_error: z.boolean(),
  result: z.string().optional(),
  errors: z.array(z.string()).optional(),
  terminal_reason: z.string().nullish(),
  api_error_status: z.int().nullish(),
  num_turns: z.int().nonnegative().catch(0),
  duration_ms: z.number().nonnegative().catch(0),
  total_cost_usd: z.number().nonnegative().catch(0),
  usage: TurnUsage.catch({
    input_tokens: 0,
    output_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
  }),
  user_message_uuids: z.array(z.string()).catch([]),
});

/** A call of a tool, in an `assistant` message. */
export const ToolUse = z.looseObject({
  type: z.literal("tool_use"),
  id: z.string(),
  name: z.string(),
  input: z.unknown(),
});

/** What a tool answered, in a `user` message. */
export const ToolResult = z.looseObject({
  type: z.literal("tool_result"),
  tool_use_id: z.string(),
  is_error: z.boolean().nullish(),
  content: z.unknown().optional(),
});

/** A message as the API has it: text, or blocks of many types. */
const ApiMessage = z.looseObject({
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]),
});

/** The model's API refused a request, and the CLI is going to repeat it. */
export const ApiRetry = z.looseObject({
  type: z.literal("system"),
  subtype: z.literal("api_retry"),
  attempt: z.int().nonnegative().catch(0),
  retry_delay_ms: z.number().nonnegative().catch(0),
  error_status: z.int().nullable().catch(null),
  error: z.string().catch("unknown"),
});

const messages = {
  control_response: z.looseObject({
    type: z.literal("control_response"),
    response: z.discriminatedUnion("subtype", [
      z.looseObject({ subtype: z.literal("success"), request_id: z.string() }),
      z.looseObject({ subtype: z.literal("error"), request_id: z.string(), error: z.string() }),
    ]),
  }),
  control_request: z.looseObject({
    type: z.literal("control_request"),
    request_id: z.string(),
    request: z.looseObject({ subtype: z.string() }),
  }),
  /** It does not wait for our answer any more: the turn is interrupted. */
  control_cancel_request: z.looseObject({
    type: z.literal("control_cancel_request"),
    request_id: z.string(),
  }),
  command_lifecycle: z.looseObject({
    type: z.literal("command_lifecycle"),
    command_uuid: z.string(),
    state: z.string(),
  }),
  system: z.looseObject({ type: z.literal("system"), subtype: z.string() }),
  stream_event: z.looseObject({
    type: z.literal("stream_event"),
    event: z.looseObject({
      type: z.string(),
      // Of a block or, without a type, of the message itself.
      delta: z
        .looseObject({ text: z.string().optional(), thinking: z.string().optional() })
        .optional(),
    }),
  }),
  assistant: z.looseObject({ type: z.literal("assistant"), message: ApiMessage }),
  user: z.looseObject({ type: z.literal("user"), message: ApiMessage }),
  result: Result,
} as const;

/** One message of the CLI that we act on; all fields that we don't read are kept. */
export type CliMessage = z.infer<(typeof messages)[keyof typeof messages]>;

/** The message that ends a turn. */
export type CliResult = z.infer<typeof Result>;

/** Two results of one turn as one: the later answer, with the tokens and the time of both. */
export function joinResults(first: CliResult, second: CliResult): CliResult {
  return {
    ...second,
    num_turns: first.num_turns + second.num_turns,
    duration_ms: first.duration_ms + second.duration_ms,
    usage: { ...second.usage, ...addTokens(first.usage, second.usage) },
    user_message_uuids: [...first.user_message_uuids, ...second.user_message_uuids],
  };
}

/** The CLI asks us for something. */
export type ControlRequestMessage = z.infer<typeof messages.control_request>;

/** A line of the CLI: a message, or text that is none that is known. */
export type ParsedLine =
  | { readonly known: true; readonly message: CliMessage }
  | { readonly known: false; readonly text: string };

/** Parses a line. What is no JSON, has a type that is not known or another shape, stays text. */
export function parseLine(text: string): ParsedLine {
  try {
    const value: unknown = JSON.parse(text);
    const schema = schemaOf(value);
    const parsed = schema?.safeParse(value);
    if (parsed?.success) return { known: true, message: parsed.data };
  } catch {}
  return { known: false, text };
}

function schemaOf(value: unknown): (typeof messages)[keyof typeof messages] | undefined {
  if (typeof value !== "object" || value === null || !("type" in value)) return undefined;
  const { type } = value;
  return isKnownType(type) ? messages[type] : undefined;
}

function isKnownType(type: unknown): type is keyof typeof messages {
  return typeof type === "string" && Object.hasOwn(messages, type);
}
