import { readConfig } from "#shared/config.ts";
import { CicdError } from "#shared/error.ts";
import { type Problem, problemMediaType } from "#shared/problem.ts";
import { createEdge } from "./app.ts";
import { EdgeConfig } from "./config.ts";

/** Answers requests; the part of an app that a Worker needs. */
interface Answers {
  fetch(
    request: Request,
    env: Readonly<Record<string, unknown>>,
    context: WorkerContext,
  ): Response | Promise<Response>;
}

/** What a Worker is given besides: a way to go on behind the answer. */
type WorkerContext = NonNullable<Parameters<ReturnType<typeof createEdge>["fetch"]>[2]>;

/** Variables and secrets are the same for all requests of an isolate: they are read once. */
let edge: Answers | undefined;

/** The edge as a Cloudflare Worker. */
export default {
  fetch(
    request: Request,
    env: Readonly<Record<string, unknown>>,
    context: WorkerContext,
  ): Response | Promise<Response> {
    edge ??= start(env);
    return edge.fetch(request, env, context);
  },
};

function start(env: Readonly<Record<string, unknown>>): Answers {
  try {
    const config = readConfig(EdgeConfig, {}, textsOf(env));
    return createEdge({
      config,
      onDelivery: (report) => console.log({ event: "delivery", ...report }),
      onError: (error, id) => console.error(`${id}:`, error),
    });
  } catch (thrown) {
    const error = CicdError.from(thrown);
    console.error(error.message, error.hint ?? "");
    return { fetch: misconfigured };
  }
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
