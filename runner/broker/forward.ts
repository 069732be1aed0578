import { apiError } from "./api-error.ts";
import type { Cut, Exchange } from "./exchange.ts";
import { answerTo, faultOf, unreachable } from "./failure.ts";
import type { Grant } from "./grant.ts";
import { responseHeaders } from "./headers.ts";
import { type Meter, meterOf } from "./meter.ts";
import { relay } from "./relay.ts";
import { send, type Upstream } from "./send.ts";

/** Where requests go and how long the API may be silent; milliseconds. */
export interface ForwardOptions extends Upstream {
  /** Before its answer begins. Node's `fetch` itself waits no longer than 5 minutes. */
  readonly firstByteTimeout: number;
  /** In the midst of an answer; 5 minutes at most, too. */
  readonly idleTimeout: number;
  /** The API could not be reached or fell silent, or an answer could not be metered. */
  readonly onError?: (error: unknown) => void;
}

/** A request that was let through. */
export interface Admitted {
  readonly request: Request;
  /** One that the API has: below its address, without a query. */
  readonly path: string;
  readonly grant: Grant;
  /** Breaks the CLI's connection. */
  readonly hangUp: (why: Cut) => void;
}

/** Sends a request on to the API, and the answer back as it comes. */
export async function forward(admitted: Admitted, options: ForwardOptions): Promise<Response> {
  const { request, path, grant } = admitted;
  const exchange = grant.begin();
  exchange.onCut((why) => report(faultOf(why), options));
  request.signal.addEventListener("abort", () => exchange.cut({ kind: "left" }), { once: true });
  try {
    const sent = send(request, path, { ...options, signal: exchange.signal });
    const answer = await exchange.within(options.firstByteTimeout, sent);
    return isRedirect(answer)
      ? await refuseRedirect(answer, exchange, options)
      : passOn(answer, exchange, admitted, options);
  } catch (cause) {
    return answerTo(exchange.wasCut ?? { kind: "broken", cause });
  }
}

function passOn(answer: Response, exchange: Exchange, admitted: Admitted, options: ForwardOptions) {
  const { status, body } = answer;
  const headers = responseHeaders(answer.headers);
  if (body === null) {
    exchange.complete();
    return new Response(null, { status, headers });
  }
  const passed = relay(body, exchange, {
    meter: meterFor(answer, admitted, options),
    idleTimeout: options.idleTimeout,
    onCut: admitted.hangUp,
  });
  return new Response(passed, { status, headers });
}

/** Counting tokens uses none, and neither does a request that failed. */
function meterFor(
  { ok, headers }: Response,
  { path, grant }: Admitted,
  options: ForwardOptions,
): Meter | undefined {
  if (!ok || path !== "/v1/messages") return undefined;
  return meterOf(headers, {
    onUsage: (usage) => grant.hooks.onUsage?.(usage),
    onError: (error) => report(error, options),
  });
}

function isRedirect({ status }: Response): boolean {
  return status >= 300 && status < 400;
}

async function refuseRedirect(
  { status, body }: Response,
  exchange: Exchange,
  options: ForwardOptions,
): Promise<Response> {
  const error = unreachable(`it redirects with status ${status}`);
  report(error, options);
  await body?.cancel();
  exchange.complete();
  return apiError("api_error", error.message);
}

function report(error: Error | undefined, { onError }: ForwardOptions): void {
  if (error !== undefined) onError?.(error);
}
