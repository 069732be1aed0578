import { readConfig } from "#shared/config.ts";
import { CicdError } from "#shared/error.ts";
import { problemResponse } from "#shared/problem.ts";
import { createEdge } from "./app.ts";
import { EdgeConfig } from "./config.ts";

/** Answers requests; the part of an app that a Worker needs. */
interface Answers {
  fetch(request: Request): Response | Promise<Response>;
}

/** Variables and secrets are the same for all requests of an isolate: they are read once. */
let edge: Answers | undefined;

/** The edge as a Cloudflare Worker. */
export default {
  fetch(request: Request, env: Readonly<Record<string, unknown>>): Response | Promise<Response> {
    edge ??= start(env);
    return edge.fetch(request);
  },
};

function start(env: Readonly<Record<string, unknown>>): Answers {
  try {
    const config = readConfig(EdgeConfig, {}, textsOf(env));
    return createEdge({ config, onError: (error, id) => console.error(`${id}:`, error) });
  } catch (thrown) {
    const error = CicdError.from(thrown);
    console.error(error.message, error.hint ?? "");
    return { fetch: () => problemResponse(misconfigured(error)) };
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
function misconfigured(cause: CicdError): CicdError {
  return new CicdError("config_invalid", "Cannot start edge: its configuration is invalid", {
    cause,
    hint: "Read the log of the Worker, which names each setting at fault",
  });
}
