import type { Logger } from "pino";
import { createEdge, type EdgeOptions } from "#edge/app.ts";
import type { EdgeConfig } from "#edge/config.ts";
import { connectRunner } from "#edge/connect-runner.ts";
import { forgeSettings } from "#edge/forge-settings.ts";
import { handOff } from "#edge/hand-off.ts";
import { createSweeper, type Swept } from "#edge/sweep/sweeper.ts";
import { SqliteOutbox } from "#edge-node/sqlite-outbox.ts";
import { type Listening, type ListenOptions, listen } from "#runner/http/listen.ts";
import type { CicdError } from "#shared/error.ts";
import { startSweeping } from "./sweep-timer.ts";

/** What the edge needs besides its own settings when Node serves it. */
export interface EdgeServerOptions {
  readonly config: EdgeConfig & { readonly host: string; readonly port: number };
  readonly log: Logger;
  /** A socket that listens already. */
  readonly descriptor?: number | undefined;
  /** How the runner is reached; default: over the network. */
  readonly fetch?: typeof fetch | undefined;
}

/**
 * Serves the edge on Node: the same app that a Worker runs, and the same look for what it missed,
 * with an outbox on disk.
 * @throws CicdError `config_invalid` when its settings, its folder or its address can't be used.
 */
export async function startEdge(options: EdgeServerOptions): Promise<Listening> {
  const { config, log } = options;
  const onError = (error: CicdError, request_id: string) => {
    log.error({ component: "edge", event: "error", err: error, hint: error.hint, request_id });
  };
  // Before a folder is made: settings that are wrong leave none behind.
  forgeSettings(config);
  const runner = connectRunner(config, options.fetch && { fetch: options.fetch });
  const outbox = new SqliteOutbox({
    stateDir: config.edge.state_dir,
    limit: config.edge.outbox_size,
    send: (parcel, signal) => handOff(runner, parcel, signal),
    now: Date.now,
    onError,
  });
  try {
    const server = await serve(options, { outbox, onError });
    return {
      url: server.url,
      close: async (grace) => {
        await Promise.all([server.close(grace), outbox.stop(grace)]);
        outbox.close();
      },
    };
  } catch (error) {
    await outbox.stop(0);
    outbox.close();
    throw error;
  }
}

async function serve(
  { config, log, descriptor, fetch }: EdgeServerOptions,
  parts: Pick<EdgeOptions, "outbox" | "onError">,
): Promise<Listening> {
  const app = createEdge({
    config,
    ...parts,
    ...(fetch && { fetch }),
    onDelivery: (delivery, request_id) =>
      log.info({ component: "edge", event: "delivery", ...delivery, request_id }),
  });
  const sweeper = createSweeper({
    config,
    onDelivery: (delivery) => log.info({ component: "edge", event: "missed", ...delivery }),
    onSwept: (swept) => tell(log, swept),
  });
  const server = await listenEdge(app, { ...config, descriptor });
  log.info({ component: "edge", event: "started", url: server.url });
  const stopSweeping = startSweeping(sweeper, config.sweep.interval);
  return {
    url: server.url,
    close: async (grace) => {
      await stopSweeping();
      await server.close(grace);
    },
  };
}

/** A look that found nothing is worth no line to most. */
function tell(log: Logger, { forge, hook, ...swept }: Swept): void {
  const fields = { component: "edge", event: "swept", forge, hook };
  if ("error" in swept) log.warn({ ...fields, err: swept.error, hint: swept.error.hint });
  else log[swept.taken_in > 0 || swept.more ? "info" : "debug"]({ ...fields, ...swept });
}

/** Serves an edge, which is told the address of each peer. */
export function listenEdge(
  app: ReturnType<typeof createEdge>,
  { host, port, descriptor }: Omit<ListenOptions, "fetch">,
): Promise<Listening> {
  return listen({
    host,
    port,
    descriptor,
    fetch: (request, { incoming }) => app.fetch(request, { peer: incoming.socket.remoteAddress }),
  });
}
