/** An HTTP error of the API, or an `error` event inside a stream that had begun well. */
export interface ErrorReply {
  readonly kind: "error";
  /** HTTP status; with `inStream` the status is 200 and this one only names the error. */
  readonly status: number;
  /** The `error.type`, for instance `overloaded_error`. */
  readonly type: string;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as the SSE event `error` behind `message_start`. */
  readonly inStream: boolean;
  /** Milliseconds before the answer begins. */
  readonly latencyMs: number;
}

/** What may differ from the API's usual error of that status. */
export interface ErrorOptions {
  readonly type?: string;
  readonly message?: string;
  /** Added to, or in place of, `x-should-retry`; for instance `retry-after` (seconds). */
  readonly headers?: Readonly<Record<string, string>>;
  readonly inStream?: boolean;
  readonly latencyMs?: number;
}

/**
 * Types as in https://platform.claude.com/docs/en/api/errors, messages as seen in the field.
 * `x-should-retry` is what the API says to its SDKs: true for what may pass by itself.
 */
const usual: Readonly<Record<number, { type: string; message: string; retry: boolean }>> = {
  400: { type: "invalid_request_error", message: "Error", retry: false },
  401: { type: "authentication_error", message: "invalid x-api-key", retry: false },
  403: { type: "permission_error", message: "Request not allowed", retry: false },
  404: { type: "not_found_error", message: "Not Found", retry: false },
  413: { type: "request_too_large", message: "Request exceeds the maximum size", retry: false },
  429: { type: "rate_limit_error", message: "Rate limit exceeded", retry: true },
  500: { type: "api_error", message: "Internal server error", retry: true },
  529: { type: "overloaded_error", message: "Overloaded", retry: true },
};

/** An error reply with the true body; `type`, `message` and `x-should-retry` follow the status. */
export function apiError(status: number, options: ErrorOptions = {}): ErrorReply {
  const { type, message, retry } = usual[status] ?? {
    type: "api_error",
    message: `Status ${status}`,
    retry: status >= 500,
  };
  return {
    kind: "error",
    status,
    type: options.type ?? type,
    message: options.message ?? message,
    headers: { "x-should-retry": String(retry), ...options.headers },
    inStream: options.inStream ?? false,
    latencyMs: options.latencyMs ?? 0,
  };
}

/** The body of an error, in a response as in a stream. */
export function errorBody(error: ErrorReply, requestId: string): { readonly type: "error" } {
  const { type, message } = error;
  const body = { type: "error", error: { type, message }, request_id: requestId } as const;
  return body;
}
