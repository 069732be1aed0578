import { CicdError } from "#shared/error.ts";
import { errorOfProblem } from "#shared/problem.ts";

/** What to do about an answer that is none of this API. */
export const somethingElse = "Is something else at that URL, or an edge of another version?";

/** Who sends, and how. */
export interface Sender {
  readonly token?: string;
  readonly fetch?: typeof fetch;
}

/** One request. */
export interface Sending {
  readonly url: string;
  readonly method?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Asks for the events behind this one. */
  readonly after?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a request; gives the answer when it is a success.
 * @throws CicdError as `createClient` says.
 */
export async function send(sender: Sender, sending: Sending): Promise<Response> {
  const { token, fetch = globalThis.fetch } = sender;
  const { url, method = "GET", body, after, signal } = sending;
  const response = await fetch(url, {
    method,
    headers: {
      accept: after === undefined ? "application/json" : "text/event-stream",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(after !== undefined && { "last-event-id": String(after) }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((cause) => {
    if (signal?.aborted)
      throw new CicdError("cancelled", `Cannot ask ${url}: cancelled`, { cause });
    const message = `Cannot reach ${new URL(url).origin}: connection failed`;
    const hint = "Is it up, and is the URL right?";
    throw new CicdError("runner_unavailable", message, { cause, hint });
  });
  if (response.ok) return response;
  const error = errorOfProblem(await response.text().catch(() => ""), response);
  if (error.code !== "internal" || typeof error.cause !== "string") throw error;
  // Who follows a journal tries again what is unavailable: this is not over in a while.
  const code = after === undefined ? "runner_unavailable" : "config_invalid";
  const message = `Cannot use ${new URL(url).origin}: it answers ${response.status}, and not as this API`;
  throw new CicdError(code, message, { cause: error.cause, hint: somethingElse });
}
