import { apiError, type ErrorReply } from "./api-error.ts";
import { credentialError } from "./credential.ts";
import { type MessagesBody, parseMessagesBody } from "./messages-body.ts";
import type { ReceivedRequest } from "./recorded-request.ts";

/** What a request is: a part of a conversation, or something the stand-in answers by itself. */
export type Classified =
  | { readonly kind: "conversation"; readonly body: MessagesBody }
  /** `HEAD /api/hello`: the CLI's connection check, part of its nonessential traffic. */
  | { readonly kind: "health" }
  /** `/context` and `get_context_usage` ask for about ten of these at once. */
  | { readonly kind: "count_tokens" }
  /** A side question whose answer has these fields: the session title, for instance. */
  | { readonly kind: "structured"; readonly body: MessagesBody; readonly fields: string[] }
  | { readonly kind: "refused" | "unknown"; readonly error: ErrorReply };

/** Tells conversation requests from all others, so that scripts see nothing but conversation. */
export function classify(received: ReceivedRequest, apiKey: string | undefined): Classified {
  const { method, path, headers, raw } = received;
  const error = path.startsWith("/v1/") ? credentialError(headers, apiKey) : undefined;
  if (error) return { kind: "refused", error };
  switch (`${method} ${path}`) {
    case "POST /v1/messages":
      return classifyBody(raw);
    case "POST /v1/messages/count_tokens":
      return { kind: "count_tokens" };
    case "HEAD /api/hello":
      return { kind: "health" };
    default:
      return { kind: "unknown", error: apiError(404) };
  }
}

/** The CLI asks the model for JSON by `output_config.format` in its own side questions only. */
function classifyBody(raw: string): Classified {
  const parsed = parseMessagesBody(raw);
  if (!parsed.ok) return { kind: "refused", error: parsed.error };
  const { body } = parsed;
  const schema = body.output_config?.format?.schema;
  if (schema === undefined) return { kind: "conversation", body };
  return { kind: "structured", body, fields: Object.keys(schema.properties) };
}
