import { type Context, Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { NONCE, secureHeaders } from "hono/secure-headers";
import { CicdError } from "#shared/error.ts";
import { problemResponse, statusOf } from "#shared/problem.ts";
import { routerPath } from "#shared/route.ts";
import { getDocs, getDocument, getHealth, getReadiness } from "#shared/routes/edge.ts";
import { receiveWebhook, receiveWebhookAtSegment } from "#shared/routes/webhooks.ts";
import type { EdgeConfig } from "./config.ts";
import { docsPage } from "./docs-page.ts";
import { forgeSettings } from "./forge-settings.ts";
import { health, readiness } from "./health.ts";
import { openApiDocument } from "./openapi.ts";
import { relayRoutes } from "./relay-routes.ts";
import { createRunnerClient } from "./runner-client.ts";
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

/**
 * The edge as a Hono app over Web APIs: takes webhooks in, hands them to the runner, and relays the
 * API.
 * @throws CicdError `config_invalid` without a webhook secret: an open door is never served.
 */
export function createEdge(options: EdgeOptions): Hono {
  const { config, now = Date.now, onDelivery = () => {}, onError = () => {} } = options;
  const { fetch = (input, init) => globalThis.fetch(input, init) } = options;
  const { runner_url, runner_secret, edge } = config;
  const runnerSecret = signingSecret(runner_secret);
  const links = {
    publicUrl: edge.public_url,
    link: { secret: runnerSecret, ttl: edge.link_ttl },
    now,
  };
  const forges = forgeSettings(config);
  const runner = createRunnerClient({
    url: runner_url,
    secret: runnerSecret,
    timeout: edge.runner_timeout,
    now,
    fetch,
  });

  const app = new Hono();
  app.use(requestId({ limitLength: 64 }), showRequestId, secureHeaders(security));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }));
  app.notFound((c) => problemResponse(noSuchPath(c), c.get("requestId")));
  app.onError((thrown, c) => {
    const error = CicdError.from(thrown);
    const id = c.get("requestId");
    const clientLeft = error.code === "cancelled";
    if (statusOf(error.code) >= 500 && !clientLeft) onError(error, id);
    return problemResponse(error, id);
  });

  for (const route of [receiveWebhook, receiveWebhookAtSegment]) {
    app.on(route.method, [routerPath(route)], (c) =>
      handleWebhook(c.req.raw, {
        forge: c.req.param("forge") ?? "",
        segment: c.req.param("segment"),
        requestId: c.get("requestId"),
        forges,
        maxBody: edge.max_body,
        ...links,
        runner,
        onDelivery,
      }),
    );
  }

  relayRoutes(app, { runner, tokens: edge.api_tokens, linkSecrets: runner_secret, ...links });

  app.get(routerPath(getHealth), (c) => health(runner, c.get("requestId")));
  app.get(routerPath(getReadiness), (c) => readiness(runner, c.get("requestId")));
  const document = (c: Context) => openApiDocument(edge.public_url ?? new URL(c.req.url).origin);
  app.get(routerPath(getDocument), (c) => c.json(document(c)));
  app.get(routerPath(getDocs), (c) => {
    // Behind the nonce in its policy, a page that is kept would be one without its style.
    c.header("cache-control", "no-store");
    return c.html(docsPage(document(c), c.get("secureHeadersNonce") ?? ""));
  });
  return app;
}

/** Nothing that is served here loads anything, or may be put into a frame. */
const security = {
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: [NONCE],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

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

function signingSecret([first]: readonly string[]): string {
  if (first !== undefined) return first;
  throw new CicdError("config_invalid", "Cannot start edge: no runner secret is set", {
    hint: "Set RUNNER_SECRET to the same value as on the runner",
  });
}
