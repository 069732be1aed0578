import { CicdError } from "#shared/error.ts";
import { errorOfProblem } from "#shared/problem.ts";

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
    throw new CicdError("runner_unavailable", message, { cause });
  });
  if (response.ok) return response;
  throw errorOfProblem(await response.text().catch(() => ""), response);
}
