import * as z from "zod";
import { CicdError, type ErrorCode, errorCodes } from "./error.ts";

/** The media type of error bodies (RFC 9457). */
export const problemMediaType = "application/problem+json";

/** An error body: RFC 9457 with a stable `code` and, where a person can act, a `hint`. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string(),
  code: z.string(),
  hint: z.string().optional(),
  request_id: z.string().optional(),
});
/** {@link Problem} as a type. */
export type Problem = z.infer<typeof Problem>;

/** HTTP status and title of the codes that an endpoint answers with; any other code is a 500. */
const statuses: Partial<Record<ErrorCode, [status: number, title: string]>> = {
  invalid_request: [400, "Bad Request"],
  unauthorized: [401, "Unauthorized"],
  forbidden: [403, "Forbidden"],
  not_found: [404, "Not Found"],
  method_not_allowed: [405, "Method Not Allowed"],
  conflict: [409, "Conflict"],
  payload_too_large: [413, "Payload Too Large"],
  unsupported_media_type: [415, "Unsupported Media Type"],
  rate_limited: [429, "Too Many Requests"],
  queue_full: [503, "Service Unavailable"],
  runner_unavailable: [503, "Service Unavailable"],
  shutting_down: [503, "Service Unavailable"],
  store_unavailable: [503, "Service Unavailable"],
  host_silent: [504, "Gateway Timeout"],
};

/** The status that a code is answered with. */
export function statusOf(code: ErrorCode): number {
  return statuses[code]?.[0] ?? 500;
}

/**
 * The answer to a request that failed. A 5xx without a code of its own says nothing about the
 * inside; its `request_id` leads to the log.
 */
export function problemResponse(error: CicdError, requestId?: string): Response {
  const [status, title] = statuses[error.code] ?? [500, "Internal Server Error"];
  const known = error.code in statuses;
  const body: Problem = {
    type: "about:blank",
    title,
    status,
    detail: known ? error.message : "Cannot answer this request: an internal error was logged",
    code: known ? error.code : "internal",
    ...(error.hint !== undefined && known && { hint: error.hint }),
    ...(requestId !== undefined && { request_id: requestId }),
  };
  const headers = new Headers({ "content-type": problemMediaType, "cache-control": "no-store" });
  if (error.retryAfter !== undefined)
    headers.set("retry-after", String(Math.ceil(error.retryAfter)));
  if (status === 401) headers.set("www-authenticate", "Bearer");
  return new Response(JSON.stringify(body), { status, headers });
}

/**
 * The error that an answer tells of; its `cause` is the whole problem. What is no problem, and a
 * code that this version does not know, become `runner_unavailable` for a 5xx, else `internal`.
 */
export function errorOfProblem(text: string, response?: Response): CicdError {
  const problem = Problem.safeParse(parsedOrNothing(text)).data;
  const status = problem?.status ?? response?.status ?? 500;
  const code =
    errorCodes.find((known) => known === problem?.code) ??
    (status >= 500 ? "runner_unavailable" : "internal");
  const retryAfter = Number(response?.headers.get("retry-after"));
  return new CicdError(code, problem?.detail ?? `Cannot use answer: ${status} without a problem`, {
    cause: problem ?? text.slice(0, 1000),
    ...(problem?.hint !== undefined && { hint: problem.hint }),
    ...(retryAfter > 0 && { retryAfter }),
  });
}

function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
