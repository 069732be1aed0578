import type { Logger } from "pino";
import { createEdge } from "#edge/app.ts";
import type { EdgeConfig } from "#edge/config.ts";
import { type Listening, listen } from "#runner/http/listen.ts";

/** What the edge needs besides its own settings when Node serves it. */
export interface EdgeServerOptions {
  readonly config: EdgeConfig & { readonly host: string; readonly port: number };
  readonly log: Logger;
  /** A socket that listens already. */
  readonly descriptor?: number | undefined;
}

/** Serves the edge on Node: the same app that a Worker runs. */
export async function startEdge({
  config,
  log,
  descriptor,
}: EdgeServerOptions): Promise<Listening> {
  const app = createEdge({
    config,
    onDelivery: (delivery) => log.info({ component: "edge", event: "delivery", ...delivery }),
    onError: (error, request_id) => {
      log.error({ component: "edge", event: "error", err: error, hint: error.hint, request_id });
    },
  });
  const server = await listen({
    fetch: app.fetch,
    host: config.host,
    port: config.port,
    descriptor,
  });
  log.info({ component: "edge", event: "started", url: server.url });
  return server;
}
