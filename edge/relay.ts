import { CicdError } from "#shared/error.ts";
import { pickHeaders } from "#shared/pick-headers.ts";
import { problemMediaType } from "#shared/problem.ts";
import { retryAfter } from "./in-time.ts";
import { lastingStream } from "./lasting-stream.ts";
import { eventStream, mediaType } from "./media-type.ts";
import { readRequest } from "./read-body.ts";
import { type Reopen, reopener } from "./reopen.ts";
import type { RunnerCall, RunnerClient } from "./runner-client.ts";

/** What a relayed request needs besides itself. */
export interface RelayContext {
  /** The path that was matched, and so holds nothing that a URL would resolve or encode. */
  readonly path: string;
  readonly requestId: string;
  readonly runner: RunnerClient;
  /** How long a client that follows a task waits for a runner that goes on, in milliseconds. */
  readonly patience: number;
  /** It is to be heard by one runner alone. */
  readonly isOnce?: boolean;
}

const passedOn = ["accept", "content-type", "last-event-id"];
/** Room for the longest message with every character escaped, in bytes. */
const maxBody = 128 * 1024;
const passedBack = ["content-type", "cache-control", "x-accel-buffering", "retry-after"];

/**
 * Asks the runner the same and passes its answer on: events one by one as they come, from one runner
 * after the other, where a client that leaves cancels the body and so ends the request to the runner;
 * all else when it is complete.
 * @throws CicdError `runner_unavailable` when the runner gives no whole answer of ours,
 * `payload_too_large` when the request is larger than any of the API's.
 */
export async function relay(request: Request, context: RelayContext): Promise<Response> {
  const { path, requestId, runner, patience, isOnce = false } = context;
  const isHead = request.method === "HEAD";
  const body = await readRequest(request, maxBody);
  const call: RunnerCall = {
    method: methodOf(request),
    path: path + queryWithoutToken(request.url),
    requestId,
    headers: pickHeaders(request.headers, passedOn),
    ...(body.byteLength > 0 && { body }),
    isOnce,
  };
  const answer = await runner.open({ ...call, signal: request.signal });
  const next = reopener(runner, call, patience);
  if (!isOurs(answer)) {
    await discard(answer);
    const message = `Cannot relay request: unexpected answer ${answer.status} of the runner`;
    throw new CicdError("runner_unavailable", message, { retryAfter });
  }
  return new Response(isHead ? await discard(answer) : await bodyOf(answer, next), {
    status: answer.status,
    headers: pickHeaders(answer.headers, passedBack),
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
  const type = mediaType(headers);
  if (status >= 400) return type === problemMediaType;
  return status === 204 || type === "application/json" || type === eventStream;
}

/** An event stream that nobody reads would stay open. */
async function discard({ body }: Response): Promise<null> {
  await body?.cancel();
  return null;
}

async function bodyOf(answer: Response, next: Reopen): Promise<BodyInit | null> {
  if (answer.body === null) return null;
  if (mediaType(answer.headers) === eventStream) return lastingStream(answer.body, next);
  try {
    return await answer.arrayBuffer();
  } catch (cause) {
    const message = "Cannot relay request: the runner's answer broke off";
    throw new CicdError("runner_unavailable", message, { cause, retryAfter });
  }
}
