import { CicdError } from "#shared/error.ts";
import { seal, sealHeader } from "#shared/seal.ts";
import { inTime, retryAfter } from "./in-time.ts";

/** One request to the runner. */
export interface RunnerCall {
  readonly method: "GET" | "POST" | "DELETE";
  /** Path with its query. */
  readonly path: string;
  readonly requestId: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** To be heard by one runner alone: twice it would do something else than once. */
  readonly isOnce?: boolean;
  /** Ends the wait for the answer. One that has begun is ended by the cancelling of its body. */
  readonly signal?: AbortSignal;
}

/** An answer that was read to its end; `body` is undefined when it is no JSON. */
export interface RunnerAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/**
 * Calls the runner, every request sealed.
 * @throws CicdError `runner_unavailable` when it can't be reached, is late or refuses the seal;
 * `cancelled` when the call's signal aborts first. Other statuses are answers.
 */
export interface RunnerClient {
  /** The answer as soon as its headers are there: the time limit doesn't cover the body. */
  open(call: RunnerCall): Promise<Response>;
  /** The whole answer, within the time limit. */
  ask(call: RunnerCall): Promise<RunnerAnswer>;
}

/** How the runner is called. */
export interface RunnerClientOptions {
  /** Origin of the runner. */
  readonly url: string;
  /** Seals the requests. */
  readonly secret: string;
  /** In milliseconds. */
  readonly timeout: number;
  readonly now: () => number;
  readonly fetch: typeof fetch;
}

/** Makes the client of one runner. */
export function createRunnerClient(options: RunnerClientOptions): RunnerClient {
  const { timeout } = options;
  return {
    open: (call) => inTime(call, timeout, (signal) => send(call, options, signal)),
    ask: (call) =>
      inTime(call, timeout, async (signal) => {
        const response = await send(call, options, signal);
        const { status, headers } = response;
        return { status, headers, body: parseJson(await response.text()) };
      }),
  };
}

async function send(
  { method, path, requestId, headers, body }: RunnerCall,
  { url, secret, now, fetch }: RunnerClientOptions,
  signal: AbortSignal,
): Promise<Response> {
  const target = new URL(path, url);
  const sealed = { method, path: target.pathname + target.search, body: body ?? new Uint8Array() };
  const response = await fetch(target.href, {
    method,
    headers: {
      ...headers,
      "x-request-id": requestId,
      [sealHeader]: seal(secret, sealed, now()),
    },
    ...(body && { body }),
    // A redirect would carry a seal that was made for another address.
    redirect: "manual",
    signal,
  });
  if (response.status !== 401) return response;
  const cause = new CicdError("unauthorized", await response.text());
  throw new CicdError("runner_unavailable", "Cannot use runner: it refused the edge's seal", {
    cause,
    hint: "Give edge and runner the same RUNNER_SECRET, and keep both clocks in time",
    retryAfter,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
