import type { Context, Hono } from "hono";
import { getRuntimeKey } from "hono/adapter";
import type { CicdError } from "#shared/error.ts";
import { routerPath } from "#shared/route.ts";
import { getDocs, getDocument, getHealth, getReadiness } from "#shared/routes/edge.ts";
import { receiveWebhook, receiveWebhookAtSegment } from "#shared/routes/webhooks.ts";
import { clientAddress } from "./client-address.ts";
import type { EdgeConfig } from "./config.ts";
import { connectRunner, signingSecret } from "./connect-runner.ts";
import { dashboard } from "./dashboard/dashboard.ts";
import { dashboardPath } from "./dashboard/view.ts";
import { deliverTo, type TakeIn } from "./deliver.ts";
import { docsPage } from "./docs-page.ts";
import type { EdgeEnv } from "./env.ts";
import { forgeSettings } from "./forge-settings.ts";
import { health, readiness } from "./health.ts";
import { longestSilence } from "./lasting-stream.ts";
import { type Limits, limitCall, limitRefusal } from "./limits.ts";
import { eventStream, mediaType } from "./media-type.ts";
import { openApiDocument } from "./openapi.ts";
import type { Outbox } from "./outbox.ts";
import { outboxRoutes } from "./outbox-routes.ts";
import { memoryRateLimit } from "./rate-limit.ts";
import { relayRoutes } from "./relay-routes.ts";
import { createShell } from "./shell.ts";
import { type DeliveryReport, handleWebhook } from "./webhook.ts";

/** How an edge is made. */
export interface EdgeOptions {
  readonly config: EdgeConfig;
  /** Keeps what the runner can't take yet. */
  readonly outbox: Outbox;
  /** The clock, in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
  /** Reaches the runner; default the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Takes hand-offs, where the runner is in the same program. */
  readonly takeIn?: TakeIn | undefined;
  /** Limits in place of those that each process keeps for itself. */
  readonly limits?: Partial<Limits>;
  /** Told once of each webhook request to a known forge, whatever became of it. */
  readonly onDelivery?: (report: DeliveryReport, requestId: string) => void;
  /** Told of each answer with a 5xx status; `requestId` is in the answer too. */
  readonly onError?: (error: CicdError, requestId: string) => void;
}

/**
 * The edge as a Hono app over Web APIs and `node:crypto`: takes webhooks in, hands them to the
 * runner, and relays the API.
 * @throws CicdError `config_invalid` without a webhook secret: an open door is never served.
 */
export function createEdge(options: EdgeOptions): Hono<EdgeEnv> {
  const { config, outbox, now = Date.now, onDelivery = () => {}, onError = () => {} } = options;
  const { fetch = (input, init) => globalThis.fetch(input, init) } = options;
  const { runner_secret, edge } = config;
  const links = {
    publicUrl: edge.public_url,
    link: { secret: signingSecret(runner_secret), ttl: edge.link_ttl },
    now,
  };
  const forges = forgeSettings(config);
  const runner = connectRunner(config, { now, fetch });
  const promptly = { timeout: edge.hand_off_timeout, now, fetch };
  const promptRunner = connectRunner(config, promptly);
  const deliver = deliverTo({ runner: promptRunner, takeIn: options.takeIn, ...promptly });

  const { api, unproved } = edge.rate_limit;
  const limits: Limits = {
    api: memoryRateLimit({ perMinute: api, now }),
    unproved: memoryRateLimit({ perMinute: unproved, now }),
    ...options.limits,
  };
  const client = (c: Context<EdgeEnv>) =>
    clientAddress(c.req.raw.headers, c.env?.peer, {
      trusted: edge.trusted_proxies,
      header: edge.client_address_header,
    });

  // Time for one that is down to be noticed, and for the next to answer.
  const patience = 2 * edge.runner_timeout;
  // A stream is never silent for so long: its client takes nothing.
  const stuckAfter = longestSilence + patience + 10_000;

  const app = createShell({ corsOrigins: edge.cors_origins, onError });
  for (const route of [receiveWebhook, receiveWebhookAtSegment]) {
    app.on(
      route.method,
      [routerPath(route)],
      async (c) =>
        await handleWebhook(c.req.raw, {
          forge: c.req.param("forge") ?? "",
          segment: c.req.param("segment"),
          requestId: c.get("requestId"),
          forges,
          rules: config.rules,
          maxBody: edge.max_body,
          ...links,
          runner: promptRunner,
          deliver,
          outbox,
          later: (work) => later(c, work),
          onDelivery: (report) => onDelivery(report, c.get("requestId")),
        }).catch(async (thrown) => {
          throw await limitRefusal(limits, client(c), thrown);
        }),
    );
  }

  app.use(async (c, next) => {
    await limitCall(limits, client(c));
    await next();
    if (mediaType(c.res.headers) === eventStream) c.env?.outgoing?.setTimeout(stuckAfter);
  });

  const tokens = edge.api_tokens;
  relayRoutes(app, {
    runner,
    outbox,
    patience,
    tokens,
    linkSecrets: runner_secret,
    ...links,
  });
  outboxRoutes(app, { outbox, tokens });
  app.route(
    dashboardPath,
    dashboard({
      runner,
      outbox,
      tokens,
      secrets: runner_secret,
      ttl: edge.dashboard_ttl,
      patience,
      publicUrl: edge.public_url,
      now,
      refused: (c, error) => limitRefusal(limits, client(c), error),
      onError,
    }),
  );

  app.get(routerPath(getHealth), (c) => health(runner, outbox, c.get("requestId")));
  app.get(routerPath(getReadiness), () => readiness(outbox));
  const document = (c: Context) => openApiDocument(edge.public_url ?? new URL(c.req.url).origin);
  app.get(routerPath(getDocument), (c) => c.json(document(c)));
  app.get(routerPath(getDocs), (c) => {
    // Behind the nonce in its policy, a page that is kept would be one without its style.
    c.header("cache-control", "no-store");
    return c.html(docsPage(document(c), c.get("secureHeadersNonce") ?? ""));
  });
  return app;
}

/** A Worker may end with its answer, unless it is told what goes on. */
function later(c: Context, work: Promise<void>): void {
  if (getRuntimeKey() === "workerd") c.executionCtx.waitUntil(work);
}
