import { readConfig } from "#shared/config.ts";
import { CicdError } from "#shared/error.ts";
import { type Problem, problemMediaType } from "#shared/problem.ts";
import { createEdge } from "./app.ts";
import { EdgeConfig } from "./config.ts";
import type { Limits } from "./limits.ts";
import { platformRateLimit } from "./platform-rate-limit.ts";
import { createSweeper } from "./sweep/sweeper.ts";
import type { DeliveryReport } from "./webhook.ts";

/** What a Worker does. */
interface Worker {
  fetch(request: Request, env: { readonly peer?: string }): Response | Promise<Response>;
  sweep(): Promise<void>;
}

/** Variables and secrets are the same for all requests of an isolate: they are read once. */
let worker: Worker | undefined;

/** The edge as a Cloudflare Worker. Its cron trigger looks for deliveries that were missed. */
export default {
  fetch(request: Request, env: Readonly<Record<string, unknown>>): Response | Promise<Response> {
    worker ??= start(env);
    // Cloudflare writes it itself, over whatever a client has sent.
    const peer = request.headers.get("cf-connecting-ip");
    return worker.fetch(request, peer === null ? {} : { peer });
  },
  async scheduled(_: unknown, env: Readonly<Record<string, unknown>>): Promise<void> {
    worker ??= start(env);
    await worker.sweep();
  },
};

function start(env: Readonly<Record<string, unknown>>): Worker {
  try {
    const config = readConfig(EdgeConfig, {}, textsOf(env));
    const onDelivery = (report: DeliveryReport, request_id?: string) =>
      console.log({ event: "delivery", ...report, request_id });
    const app = createEdge({
      config,
      limits: limitsOf(env),
      onDelivery,
      onError: (error, id) => console.error(`${id}:`, error),
    });
    const sweeper = createSweeper({
      config,
      onDelivery: (report) => onDelivery(report),
      onSwept: (swept) => {
        if (!("error" in swept)) console.log({ event: "swept", ...swept });
        else console.error(swept.forge, swept.hook, swept.error.message, swept.error.hint ?? "");
      },
    });
    const never = new AbortController().signal;
    return {
      fetch: (request, peer) => app.fetch(request, peer),
      sweep: () => sweeper.sweep(never),
    };
  } catch (thrown) {
    const error = CicdError.from(thrown);
    console.error(error.message, error.hint ?? "");
    return { fetch: misconfigured, sweep: async () => {} };
  }
}

/** The limits that are bound to the Worker; the others each isolate keeps for itself. */
function limitsOf(env: Readonly<Record<string, unknown>>): Partial<Limits> {
  const api = platformRateLimit(env.API_LIMIT);
  const unproved = platformRateLimit(env.UNPROVED_LIMIT);
  return { ...(api && { api }), ...(unproved && { unproved }) };
}

/** Bindings that are no text are no settings. */
function textsOf(env: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  );
}

/** The public is told that settings are wrong, but not which and how. */
function misconfigured(): Response {
  const problem: Problem = {
    type: "about:blank",
    title: "Service Unavailable",
    status: 503,
    detail: "Cannot start edge: its configuration is invalid",
    code: "config_invalid",
    hint: "Read the log of the Worker, which names each setting at fault",
  };
  const headers = { "content-type": problemMediaType, "cache-control": "no-store" };
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}
