import { readConfig } from "#shared/config.ts";
import { CicdError } from "#shared/error.ts";
import { type Problem, problemMediaType } from "#shared/problem.ts";
import { createEdge } from "./app.ts";
import { EdgeConfig } from "./config.ts";
import { connectRunner } from "./connect-runner.ts";
import { type MessageBatch, readBindings } from "./queue/bindings.ts";
import { consume } from "./queue/consume.ts";
import { DeadLetters } from "./queue/dead-letters.ts";
import { QueueOutbox } from "./queue/queue-outbox.ts";

/** What a Worker is called for. */
interface Edge {
  fetch(request: Request): Response | Promise<Response>;
  queue(batch: MessageBatch): Promise<void>;
}

type Env = Readonly<Record<string, unknown>>;

/** Variables, secrets and bindings are the same for all calls of an isolate: they are read once. */
let edge: Edge | undefined;

/** The edge as a Cloudflare Worker. */
export default {
  fetch(request: Request, env: Env): Response | Promise<Response> {
    edge ??= start(env);
    return edge.fetch(request);
  },
  /** Called with what the queues of wrangler.toml bring. */
  async queue(batch: MessageBatch, env: Env): Promise<void> {
    edge ??= start(env);
    await edge.queue(batch);
  },
};

function start(env: Env): Edge {
  try {
    const config = readConfig(EdgeConfig, {}, textsOf(env));
    const { queue, database } = readBindings(env);
    const deadLetters = new DeadLetters(database);
    const onError = (error: CicdError, id: string) => console.error(`${id}:`, error);
    const now = Date.now;
    const app = createEdge({
      config,
      outbox: new QueueOutbox({ queue, deadLetters, now }),
      onDelivery: (report) => console.log({ event: "delivery", ...report }),
      onError,
    });
    const runner = connectRunner(config);
    return {
      fetch: (request) => app.fetch(request),
      queue: (batch) => consume(batch, { runner, deadLetters, now, onError }),
    };
  } catch (thrown) {
    const error = CicdError.from(thrown);
    console.error(error.message, error.hint ?? "");
    return { fetch: misconfigured, queue: () => Promise.reject(error) };
  }
}

/** Bindings that are no text are no settings. */
function textsOf(env: Env): Record<string, string> {
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
