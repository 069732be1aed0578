import type { Logger } from "pino";
import { createEdge } from "#edge/app.ts";
import type { EdgeConfig } from "#edge/config.ts";
import { connectRunner } from "#edge/connect-runner.ts";
import { handOff } from "#edge/hand-off.ts";
import { SqliteOutbox } from "#edge-node/sqlite-outbox.ts";
import { type Listening, listen } from "#runner/http/listen.ts";
import type { CicdError } from "#shared/error.ts";

/** What the edge needs besides its own settings when Node serves it. */
export interface EdgeServerOptions {
  readonly config: EdgeConfig & { readonly host: string; readonly port: number };
  readonly log: Logger;
}

/**
 * Serves the edge on Node: the same app that a Worker runs, with an outbox on disk.
 * @throws CicdError `config_invalid` when its settings, its folder or its address can't be used.
 */
export async function startEdge({ config, log }: EdgeServerOptions): Promise<Listening> {
  const onError = (error: CicdError, request_id: string) => {
    log.error({ component: "edge", event: "error", err: error, hint: error.hint, request_id });
  };
  const runner = connectRunner(config);
  const outbox = new SqliteOutbox({
    stateDir: config.edge.state_dir,
    limit: config.edge.outbox_size,
    send: (parcel, signal) => handOff(runner, parcel, signal),
    now: Date.now,
    onError,
  });
  try {
    const app = createEdge({
      config,
      outbox,
      onDelivery: (delivery) => log.info({ component: "edge", event: "delivery", ...delivery }),
      onError,
    });
    const server = await listen({ fetch: app.fetch, host: config.host, port: config.port });
    log.info({ component: "edge", event: "started", url: server.url });
    return {
      url: server.url,
      close: async (grace) => {
        await server.close(grace);
        await outbox.close(grace);
      },
    };
  } catch (error) {
    await outbox.close(0);
    throw error;
  }
}
