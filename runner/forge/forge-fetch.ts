import { setTimeout as delay } from "node:timers/promises";
import { CicdError } from "#shared/error.ts";
import type { PageAccess } from "./page.ts";
import { refusal, waitOf } from "./refusal.ts";

/** How a forge's API is talked to. Times in milliseconds. */
export interface ForgeFetchOptions extends PageAccess {
  /** The forge's name, for messages. */
  readonly forge: string;
  /** What the token needs, for when it is refused. */
  readonly scopes: string;
  /** How long one request may take; default 30 s. */
  readonly timeout?: number;
  /** How long to wait for a rate limit altogether; default a minute. */
  readonly maxWait?: number;
}

/** A request as `fetch` takes it. */
interface ForgeRequest extends RequestInit {
  /** Of the answer so many bytes are kept, the last ones; default all, unless it is too long. */
  readonly tail?: number;
}

/** The part of `fetch` that clients of an API use. */
export type ForgeFetch = (url: string, request?: ForgeRequest) => Promise<Response>;

const defaultTimeout = 30_000;
const defaultMaxWait = 60_000;
/** How long the answer to a change is waited for when nobody wants it any more. */
const changeGrace = 2000;
/** What ends the same when it is done twice. A PATCH may add something, as to a check run. */
const repeatable: ReadonlySet<string> = new Set(["GET", "PUT"]);
/** Pauses before a request that may be repeated is. */
const pauses = [250, 1000] as const;
/** No answer that we ask for is near that long. */
const longestAnswer = 20 * 1024 * 1024;
/** So much is read to come to the end of what is. */
const longestTailed = 512 * 1024 * 1024;

/**
 * Makes a `fetch` that obeys a forge's limits and gives up in time. It follows no redirect, because
 * the token must not. A request that only may have failed is repeated where that does no harm: whoever
 * adds something has to look first whether it is there.
 * @returns answers of status 2xx, and redirects to who asks for `redirect: "manual"`; everything else is thrown as a CicdError.
 */
export function forgeFetch(options: ForgeFetchOptions): ForgeFetch {
  const { signal, maxWait = defaultMaxWait } = options;
  return async (url, request = {}) => {
    const method = (request.method ?? "GET").toUpperCase();
    const what = `${method} ${new URL(url).pathname}`;
    let waited = 0;
    for (let failures = 0; ; ) {
      if (method !== "GET") await options.beforeWrite();
      const answer = await attempt(url, { ...request, method }, options, what);
      const mayRedirect = request.redirect === "manual";
      if (answer.kind === "answer" && isWanted(answer.response, mayRedirect)) {
        return answer.response;
      }
      if (answer.kind === "answer") {
        const wait = waitOf(answer.response, answer.text, Date.now());
        if (wait !== undefined && waited + wait <= maxWait) {
          waited += wait;
          await pause(wait, signal);
          continue;
        }
        if (answer.response.status < 500) throw refusal(options, what, answer, wait);
      }
      const next = repeatable.has(method) ? pauses[failures] : undefined;
      if (next === undefined) throw unavailable(options.forge, what, answer);
      failures += 1;
      await pause(next, signal);
    }
  };
}

function isWanted({ ok, status }: Response, mayRedirect: boolean): boolean {
  return ok || (mayRedirect && status >= 300 && status < 400 && status !== 304);
}

/** What came of one request. */
type Attempt =
  | { readonly kind: "answer"; readonly response: Response; readonly text: string }
  | { readonly kind: "no answer"; readonly cause: unknown };

async function attempt(
  url: string,
  { tail, ...init }: ForgeRequest & { readonly method: string },
  { signal, timeout = defaultTimeout }: ForgeFetchOptions,
  what: string,
): Promise<Attempt> {
  signal.throwIfAborted();
  using unwanted = delayed(signal, init.method === "GET" ? 0 : changeGrace);
  try {
    const response = await fetch(url, {
      ...init,
      redirect: "manual",
      signal: AbortSignal.any([unwanted.signal, AbortSignal.timeout(timeout)]),
    });
    // Within the time limit too; the caller reads what is here already.
    const text =
      tail === undefined ? await readText(response, what) : await readTail(response, tail, what);
    const { status, headers } = response;
    const body = status === 204 || status === 304 ? null : text;
    // The text is decoded, and its length another one.
    const kept = new Headers([...headers].filter(([name]) => !/^content-(enc|len)/.test(name)));
    return { kind: "answer", response: new Response(body, { status, headers: kept }), text };
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof CicdError) throw cause;
    return { kind: "no answer", cause };
  }
}

/**
 * Aborts so many milliseconds after another signal. A change that is on its way is not taken back by
 * giving it up: the forge may make it while the next task looks at the page.
 */
function delayed(signal: AbortSignal, ms: number): Disposable & { readonly signal: AbortSignal } {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => late.abort(signal.reason), ms);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  return {
    signal: late.signal,
    [Symbol.dispose]: () => {
      signal.removeEventListener("abort", onAbort);
      clearTimeout(timer);
    },
  };
}

async function readText(response: Response, what: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > longestAnswer) {
      throw new CicdError("forge_rejected", `Cannot read answer to ${what}: it is too long`);
    }
  }
  return text + decoder.decode();
}

/** The end of an answer, as text; a character that is cut in two is replaced. */
async function readTail(response: Response, tail: number, what: string): Promise<string> {
  const kept: Uint8Array[] = [];
  let bytes = 0;
  let all = 0;
  for await (const chunk of response.body ?? []) {
    kept.push(chunk);
    bytes += chunk.length;
    all += chunk.length;
    if (all > longestTailed) {
      throw new CicdError("forge_rejected", `Cannot read answer to ${what}: it is too long`);
    }
    while (bytes - (kept[0]?.length ?? 0) >= tail) bytes -= kept.shift()?.length ?? 0;
  }
  return Buffer.concat(kept).subarray(-tail).toString("utf8");
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

function unavailable(forge: string, what: string, answer: Attempt): CicdError {
  const hint = `Check that ${forge} is up, and the network between it and the runner`;
  if (answer.kind === "answer") {
    const message = `Cannot reach ${forge}: ${what} was answered with ${answer.response.status}`;
    return new CicdError("forge_unavailable", message, { hint });
  }
  const { cause } = answer;
  const why = cause instanceof Error ? reasonOf(cause) : String(cause);
  return new CicdError("forge_unavailable", `Cannot reach ${forge}: ${what}: ${why}`, {
    cause,
    hint,
  });
}

/** Node says "fetch failed", and what it means in the cause. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
