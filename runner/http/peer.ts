import type { Context } from "hono";
import { CicdError } from "#shared/error.ts";
import { pickHeaders } from "#shared/pick-headers.ts";
import { errorOfProblem, problemMediaType } from "#shared/problem.ts";
import { sealHeader } from "#shared/seal.ts";
import type { RunnerEnv } from "./env.ts";

/** Another host of the store. */
export interface Peer {
  readonly name: string;
  readonly url: string;
  /** How long it may take to answer, in milliseconds. */
  readonly timeout: number;
}

/** Marks what a host has passed on. Whoever sets it gets the answer of the host that he asks: no more. */
const passedOnHeader = "x-cicd-runner-passed-on";
const passed = ["content-type", sealHeader];
const passedBack = ["content-type", "cache-control", "retry-after"];
/** How an attempt to connect fails: nobody has heard the request. */
const unheard = ["ECONNREFUSED", "EHOSTUNREACH", "EHOSTDOWN", "ENETUNREACH", "ENOTFOUND"];

/** Whether another host has passed the request on: it goes no further. */
export function isFromPeer(c: Context<RunnerEnv>): boolean {
  return c.req.header(passedOnHeader) !== undefined;
}

/**
 * Passes a request on as the edge has sealed it. Undefined when the other host has not heard it, or
 * says that it stops: then it has done nothing.
 * @throws CicdError `host_silent` when nobody can tell whether it has done it, `runner_unavailable`
 * when it refuses the seal, `cancelled` when the client leaves.
 */
export async function askPeer(c: Context<RunnerEnv>, peer: Peer): Promise<Response | undefined> {
  const { signal: left } = c.req.raw;
  const late = AbortSignal.timeout(peer.timeout);
  try {
    const answer = await passOn(c, peer.url, AbortSignal.any([left, late]));
    return await toAnswer(c, peer, answer);
  } catch (cause) {
    if (cause instanceof CicdError) throw cause;
    if (isUnheard(cause)) return undefined;
    if (left.aborted) throw new CicdError("cancelled", "Cannot answer: client left", { cause });
    const why = late.aborted ? `no answer within ${peer.timeout} ms` : "connection broke";
    throw silent(peer, why, cause);
  }
}

/**
 * Sends a request on to another host as the edge has sealed it.
 * @throws what `fetch` throws.
 */
export async function passOn(
  c: Context<RunnerEnv>,
  url: string,
  signal: AbortSignal,
): Promise<Response> {
  // The seal covers the path, the query and the body: they go as they came.
  const { pathname, search } = new URL(c.req.url);
  const body = await c.req.arrayBuffer();
  return await fetch(new URL(pathname + search, url), {
    method: c.req.method,
    headers: {
      ...pickHeaders(c.req.raw.headers, passed),
      "x-request-id": c.var.requestId,
      [passedOnHeader]: "1",
    },
    ...(body.byteLength > 0 && { body }),
    redirect: "manual",
    signal,
  });
}

async function toAnswer(
  c: Context<RunnerEnv>,
  peer: Peer,
  answer: Response,
): Promise<Response | undefined> {
  const { status, headers } = answer;
  const text = await answer.text();
  if (status === 401) {
    throw new CicdError("runner_unavailable", `Cannot ask ${peer.name}: it refused the seal`, {
      hint: "Give all hosts the same RUNNER_SECRET, and keep their clocks in time",
      cause: errorOfProblem(text, answer),
    });
  }
  const media = status >= 400 ? problemMediaType : "application/json";
  // A proxy in between answers for a host that is down.
  if (status !== 204 && !headers.get("content-type")?.startsWith(media)) {
    throw silent(peer, `unexpected answer ${status}`, text.slice(0, 1000));
  }
  if (status === 503 && errorOfProblem(text, answer).code === "shutting_down") return undefined;
  const copy = { status, headers: pickHeaders(headers, passedBack) };
  const response = new Response(status === 204 ? null : text, copy);
  return c.newResponse(response.body, response);
}

function silent({ name }: Peer, why: string, cause: unknown): CicdError {
  return new CicdError("host_silent", `Cannot ask ${name}, which has the process: ${why}`, {
    cause,
    hint: "It may have been done: see the events of the task before you repeat it",
  });
}

function isUnheard(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && unheard.some((code) => code === cause.code);
}
