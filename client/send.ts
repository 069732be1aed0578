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
    const hint = "Is it up, and is the URL right?";
    throw broken(sending, `Cannot reach ${originOf(url)}: connection failed`, { cause, hint });
  });
  if (response.ok) return response;
  const error = errorOfProblem(await response.text().catch(() => ""), response);
  if (error.code !== "internal" || typeof error.cause !== "string") throw error;
  // Who follows a journal tries again what is unavailable: this is not over in a while.
  const code = after === undefined ? "runner_unavailable" : "config_invalid";
  const message = `Cannot use ${originOf(url)}: it answers ${response.status}, and not as this API`;
  throw new CicdError(code, message, { cause: error.cause, hint: somethingElse });
}

/**
 * The text of an answer.
 * @throws CicdError as {@link send} does.
 */
export async function textOf(response: Response, sending: Sending): Promise<string> {
  return await response.text().catch((cause) => {
    throw broken(sending, `Cannot read answer of ${originOf(sending.url)}: it broke off`, {
      cause,
    });
  });
}

function broken(
  { url, signal }: Sending,
  message: string,
  why: { cause: unknown; hint?: string },
): CicdError {
  if (!signal?.aborted) return new CicdError("runner_unavailable", message, why);
  const { cause } = why;
  return new CicdError("cancelled", `Cannot ask ${originOf(url)}: cancelled`, { cause });
}

/**
 * Without the token that a link has. What is no whole URL is relative to a page, or nothing that can
 * be reached.
 */
function originOf(url: string): string {
  return URL.parse(url)?.origin ?? url;
}
