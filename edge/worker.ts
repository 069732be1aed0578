import { readConfig } from "#shared/config.ts";
import { CicdError } from "#shared/error.ts";
import { type Problem, problemMediaType } from "#shared/problem.ts";
import { createEdge } from "./app.ts";
import { EdgeConfig } from "./config.ts";
import { connectRunner } from "./connect-runner.ts";
import type { Limits } from "./limits.ts";
import { platformRateLimit } from "./platform-rate-limit.ts";
import { type MessageBatch, readBindings } from "./queue/bindings.ts";
import { consume } from "./queue/consume.ts";
import { DeadLetters } from "./queue/dead-letters.ts";
import { QueueOutbox } from "./queue/queue-outbox.ts";
import { createSweeper } from "./sweep/sweeper.ts";
import type { DeliveryReport } from "./webhook.ts";

/** What a Worker does. */
interface Worker {
  fetch(
    request: Request,
    env: { readonly peer?: string },
    context: WorkerContext,
  ): Response | Promise<Response>;
  sweep(): Promise<void>;
  consume(batch: MessageBatch): Promise<void>;
}

type Env = Readonly<Record<string, unknown>>;

/** What a Worker is given besides: a way to go on behind the answer. */
type WorkerContext = NonNullable<Parameters<ReturnType<typeof createEdge>["fetch"]>[2]>;

/** Variables, secrets and bindings are the same for all calls of an isolate: they are read once. */
let worker: Worker | undefined;

/**
 * The edge as a Cloudflare Worker. Its cron trigger looks for deliveries that were missed, its
 * queues bring those that the runner has still to take.
 */
export default {
  fetch(request: Request, env: Env, context: WorkerContext): Response | Promise<Response> {
    worker ??= start(env);
    // Cloudflare writes it itself, over whatever a client has sent.
    const peer = request.headers.get("cf-connecting-ip");
    return worker.fetch(request, peer === null ? {} : { peer }, context);
  },
  async scheduled(_: unknown, env: Env): Promise<void> {
    worker ??= start(env);
    await worker.sweep();
  },
  async queue(batch: MessageBatch, env: Env): Promise<void> {
    worker ??= start(env);
    await worker.consume(batch);
  },
};

function start(env: Env): Worker {
  try {
    const config = readConfig(EdgeConfig, {}, textsOf(env));
    const { queue, database } = readBindings(env);
    const deadLetters = new DeadLetters(database);
    const now = Date.now;
    const onDelivery = (report: DeliveryReport, request_id?: string) =>
      console.log({ event: "delivery", ...report, request_id });
    const onError = (error: CicdError, id: string) => console.error(`${id}:`, error);
    const outbox = new QueueOutbox({ queue, deadLetters, now });
    const app = createEdge({ config, outbox, limits: limitsOf(env), onDelivery, onError });
    const sweeper = createSweeper({
      config,
      onDelivery: (report) => onDelivery(report),
      onSwept: (swept) => {
        if (!("error" in swept)) console.log({ event: "swept", ...swept });
        else console.error(swept.forge, swept.hook, swept.error.message, swept.error.hint ?? "");
      },
    });
    const runner = connectRunner(config);
    const never = new AbortController().signal;
    return {
      fetch: (request, peer, context) => app.fetch(request, peer, context),
      sweep: () => sweeper.sweep(never),
      consume: (batch) => consume(batch, { runner, deadLetters, now, onError }),
    };
  } catch (thrown) {
    const error = CicdError.from(thrown);
    console.error(error.message, error.hint ?? "");
    // What a queue brings stays there.
    const refuse = () => Promise.reject(error);
    return { fetch: misconfigured, sweep: async () => {}, consume: refuse };
  }
}

/** The limits that are bound to the Worker; the others each isolate keeps for itself. */
function limitsOf(env: Env): Partial<Limits> {
  const api = platformRateLimit(env.API_LIMIT);
  const unproved = platformRateLimit(env.UNPROVED_LIMIT);
  return { ...(api && { api }), ...(unproved && { unproved }) };
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
