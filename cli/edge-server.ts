import type { Logger } from "pino";
import { createEdge } from "#edge/app.ts";
import type { EdgeConfig } from "#edge/config.ts";
import { type Listening, listen } from "#runner/http/listen.ts";

/** What the edge needs besides its own settings when Node serves it. */
export interface EdgeServerOptions {
  readonly config: EdgeConfig & { readonly host: string; readonly port: number };
  readonly log: Logger;
}

/** Serves the edge on Node: the same app that a Worker runs. */
export async function startEdge({ config, log }: EdgeServerOptions): Promise<Listening> {
  const app = createEdge({
    config,
    onDelivery: (delivery, request_id) =>
      log.info({ component: "edge", event: "delivery", ...delivery, request_id }),
    onError: (error, request_id) => {
      log.error({ component: "edge", event: "error", err: error, hint: error.hint, request_id });
    },
  });
  const server = await listenEdge(app, config);
  log.info({ component: "edge", event: "started", url: server.url });
  return server;
}

/** Serves an edge, which is told the address of each peer. */
export function listenEdge(
  app: ReturnType<typeof createEdge>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> {
  return listen({
    host,
    port,
    fetch: (request, { incoming }) => app.fetch(request, { peer: incoming.socket.remoteAddress }),
  });
}
