import * as z from "zod";
import { apiError, type ErrorReply } from "./api-error.ts";

const contentBlock = z.looseObject({ type: z.string() });

const message = z.looseObject({
  // The CLI puts its environment into a message of role system, behind the first prompt.
  role: z.enum(["user", "assistant", "system"]),
  content: z.union([z.string(), z.array(contentBlock)]),
});

const schema = z.looseObject({ properties: z.record(z.string(), z.unknown()).default({}) });

const messagesBody = z.looseObject({
  model: z.string().min(1),
  max_tokens: z.int().positive(),
  messages: z.array(message).min(1),
  stream: z.boolean().default(false),
  tools: z.array(z.looseObject({ name: z.string() })).default([]),
  output_config: z.looseObject({ format: z.looseObject({ schema }).optional() }).optional(),
  system: z.union([z.string(), z.array(contentBlock)]).optional(),
});

/** Body of `POST /v1/messages`: the fields that we read; all others are kept as they came. */
export type MessagesBody = z.infer<typeof messagesBody>;

/** One entry of `messages`. */
export type InputMessage = MessagesBody["messages"][number];

/** A body that the API would take, or its refusal. */
export type ParsedBody =
  | { readonly ok: true; readonly body: MessagesBody }
  | { readonly ok: false; readonly error: ErrorReply };

/** Parses and checks a body; what the API would refuse comes back as its 400. */
export function parseMessagesBody(raw: string): ParsedBody {
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch {
    return { ok: false, error: apiError(400, { message: "The request body is not valid JSON" }) };
  }
  const { success, data, error } = messagesBody.safeParse(json);
  if (success) return { ok: true, body: data };
  return { ok: false, error: apiError(400, { message: firstFault(error) }) };
}

/** The API's wording, for instance `max_tokens: Field required`. */
function firstFault(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return "Invalid request";
  const isMissing = issue.message.endsWith("received undefined");
  return `${issue.path.join(".") || "body"}: ${isMissing ? "Field required" : issue.message}`;
}
