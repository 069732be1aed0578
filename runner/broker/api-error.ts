/** The API's error types that the broker answers with, each with its status. */
const statuses = {
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  api_error: 502,
  timeout_error: 504,
} as const;

/**
 * An answer of the broker's own, in the API's format. The CLI repeats a request on 5xx, and gives
 * up at once on 403 and 404.
 */
export function apiError(type: keyof typeof statuses, message: string): Response {
  return Response.json({ type: "error", error: { type, message } }, { status: statuses[type] });
}
