import { CicdError } from "#shared/error.ts";
import { problemMediaType } from "#shared/problem.ts";
import { type RunnerClient, retryAfter } from "./runner-client.ts";

/** What a relayed request needs besides itself. */
export interface RelayContext {
  /** The path that was matched, and so holds nothing that a URL would resolve or encode. */
  readonly path: string;
  readonly requestId: string;
  readonly runner: RunnerClient;
}

const passedOn = ["accept", "last-event-id"];
const passedBack = ["content-type", "cache-control", "x-accel-buffering", "retry-after"];

/**
 * Asks the runner the same and passes its answer on, chunk by chunk as it comes: a client that
 * leaves cancels the body, which ends the request to the runner.
 * @throws CicdError `runner_unavailable` when the runner gives no answer of ours.
 */
export async function relay(request: Request, context: RelayContext): Promise<Response> {
  const { path, requestId, runner } = context;
  const isHead = request.method === "HEAD";
  const answer = await runner.open({
    method: methodOf(request),
    path: path + queryWithoutToken(request.url),
    requestId,
    headers: pick(request.headers, passedOn),
    signal: request.signal,
  });
  if (!isOurs(answer)) {
    await answer.body?.cancel();
    const message = `Cannot relay request: unexpected answer ${answer.status} of the runner`;
    throw new CicdError("runner_unavailable", message, { retryAfter });
  }
  // An event stream that nobody reads would stay open.
  if (isHead) await answer.body?.cancel();
  return new Response(isHead ? null : answer.body, {
    status: answer.status,
    headers: pick(answer.headers, passedBack),
  });
}

function methodOf({ method }: Request): "GET" | "POST" | "DELETE" {
  return method === "POST" || method === "DELETE" ? method : "GET";
}

/** The token of a link is for the edge alone: the runner neither needs nor logs it. */
function queryWithoutToken(url: string): string {
  const { searchParams } = new URL(url);
  searchParams.delete("token");
  return searchParams.size > 0 ? `?${searchParams}` : "";
}

/** A tunnel in between answers for a runner that is down, in HTML or with a redirect. */
function isOurs({ status, headers }: Response): boolean {
  const [type] = (headers.get("content-type") ?? "").split(";");
  if (status >= 400) return type === problemMediaType;
  return status === 204 || type === "application/json" || type === "text/event-stream";
}

function pick(headers: Headers, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}
