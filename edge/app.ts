import { type Context, Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { CicdError } from "#shared/error.ts";
import { problemResponse, statusOf } from "#shared/problem.ts";
import { authorize } from "./api-auth.ts";
import type { EdgeConfig, Scope } from "./config.ts";
import { connectRunner, signingSecret } from "./connect-runner.ts";
import { forgeSettings } from "./forge-settings.ts";
import { health, readiness } from "./health.ts";
import { authorizeLink } from "./link.ts";
import { relayMessage } from "./message.ts";
import { relay } from "./relay.ts";
import { type DeliveryReport, handleWebhook } from "./webhook.ts";

/** How an edge is made. */
export interface EdgeOptions {
  readonly config: EdgeConfig;
  /** The clock, in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
  /** Reaches the runner; default the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Told once of each webhook request to a known forge, whatever became of it. */
  readonly onDelivery?: (report: DeliveryReport) => void;
  /** Told of each answer with a 5xx status; `requestId` is in the answer too. */
  readonly onError?: (error: CicdError, requestId: string) => void;
}

const task = "/v1/tasks/:id{[0-9a-f-]{36}}";
const session = "/v1/sessions/:id{[0-9a-f-]{36}}";
const permission = `${task}/permissions/:request{[A-Za-z0-9_-]{1,128}}`;
const delivery = "/v1/deliveries/:id{[A-Za-z0-9][A-Za-z0-9._:-]*}";

/**
 * The edge as a Hono app over Web APIs: takes webhooks in, hands them to the runner, and relays the
 * API.
 * @throws CicdError `config_invalid` without a webhook secret: an open door is never served.
 */
export function createEdge(options: EdgeOptions): Hono {
  const { config, now = Date.now, onDelivery = () => {}, onError = () => {} } = options;
  const { fetch = (input, init) => globalThis.fetch(input, init) } = options;
  const { runner_secret, edge } = config;
  const runnerSecret = signingSecret(runner_secret);
  const links = {
    publicUrl: edge.public_url,
    link: { secret: runnerSecret, ttl: edge.link_ttl },
    now,
  };
  const forges = forgeSettings(config);
  const runner = connectRunner(config, { now, fetch });

  const app = new Hono();
  app.use(requestId({ limitLength: 64 }), showRequestId, secureHeaders());
  app.use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }));
  app.notFound((c) => problemResponse(noSuchPath(c), c.get("requestId")));
  app.onError((thrown, c) => {
    const error = CicdError.from(thrown);
    const id = c.get("requestId");
    const clientLeft = error.code === "cancelled";
    if (statusOf(error.code) >= 500 && !clientLeft) onError(error, id);
    return problemResponse(error, id);
  });

  app.post("/webhooks/:forge/:segment?", (c) =>
    handleWebhook(c.req.raw, {
      forge: c.req.param("forge"),
      segment: c.req.param("segment"),
      requestId: c.get("requestId"),
      forges,
      maxBody: edge.max_body,
      ...links,
      runner,
      onDelivery,
    }),
  );

  const bearer = (c: Context, scope: Scope) =>
    authorize(c.req.header("authorization"), edge.api_tokens, scope);
  const bearerOrLink = async (c: Context, taskId: string) => {
    const token = c.req.query("token");
    if (token === undefined || c.req.header("authorization") !== undefined) {
      return await bearer(c, "read");
    }
    await authorizeLink(runner_secret, taskId, token, now());
  };
  const context = (c: Context) => ({
    path: c.req.path,
    requestId: c.get("requestId"),
    runner,
  });
  const toRunner = (c: Context) => relay(c.req.raw, context(c));

  for (const path of [task, `${task}/events`] as const) {
    app.get(path, async (c) => {
      await bearerOrLink(c, c.req.param("id"));
      return await toRunner(c);
    });
  }
  for (const path of ["/v1/tasks", "/v1/sessions", session, delivery]) {
    app.get(path, async (c) => {
      await bearer(c, "read");
      return await toRunner(c);
    });
  }
  for (const path of [`${task}/cancel`, permission]) {
    app.on(["POST"], path, async (c) => {
      await bearer(c, "write");
      return await toRunner(c);
    });
  }
  app.on(["POST"], `${session}/messages`, async (c) => {
    await bearer(c, "write");
    return await relayMessage(c.req.raw, { ...context(c), ...links });
  });
  app.delete(session, async (c) => {
    await bearer(c, "write");
    return await toRunner(c);
  });

  app.get("/health", (c) => health(runner, c.get("requestId")));
  app.get("/health/ready", (c) => readiness(runner, c.get("requestId")));
  return app;
}

/** Answers are made as plain responses, which don't carry what was set on the context before. */
async function showRequestId(c: Context, next: () => Promise<void>): Promise<void> {
  await next();
  c.header("x-request-id", c.get("requestId"));
}

function noSuchPath(c: Context): CicdError {
  return new CicdError("not_found", `Cannot find ${c.req.path}: no such path`);
}

function refuseMethod(c: Context, methods: string[]): Response {
  const allowed = methods.join(", ");
  const error = new CicdError("method_not_allowed", `Cannot ${c.req.method} ${c.req.path}`, {
    hint: `Use ${allowed}`,
  });
  const response = problemResponse(error, c.get("requestId"));
  response.headers.set("allow", allowed);
  return response;
}
