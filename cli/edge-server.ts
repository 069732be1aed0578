import { isDeepStrictEqual } from "node:util";
import type { Logger } from "pino";
import { createEdge, type EdgeOptions } from "#edge/app.ts";
import { EdgeConfig } from "#edge/config.ts";
import { connectRunner } from "#edge/connect-runner.ts";
import { deliverTo } from "#edge/deliver.ts";
import { forgeSettings } from "#edge/forge-settings.ts";
import { memoryRateLimit } from "#edge/rate-limit.ts";
import { createSweeper, type Swept } from "#edge/sweep/sweeper.ts";
import { SqliteOutbox } from "#edge-node/sqlite-outbox.ts";
import { type Listening, type ListenOptions, listen } from "#runner/http/listen.ts";
import type { CicdError } from "#shared/error.ts";
import { startSweeping } from "./sweep-timer.ts";

/** What can't change while it runs. */
const fixed = ["host", "port", "edge.state_dir", "edge.outbox_size"];

/** What the edge needs besides its own settings when Node serves it. */
export interface EdgeServerOptions {
  readonly config: EdgeConfig & { readonly host: string; readonly port: number };
  readonly log: Logger;
  /** A socket that listens already. */
  readonly descriptor?: number | undefined;
  /** A runner in the same program, which needs no network to be reached. */
  readonly runner?: Required<Pick<EdgeOptions, "fetch" | "takeIn">> | undefined;
}

/** A running edge. */
export interface EdgeServer extends Listening {
  /** Whether a setting can change while it runs; `prepare` heeds no other. */
  readonly isReloadable: (key: string) => boolean;
  /**
   * Makes new settings ready: requests that come after what is returned was called have them.
   * @throws CicdError `config_invalid` when they can't be used: then nothing has changed.
   */
  prepare(config: EdgeConfig): () => void;
}

/**
 * Serves the edge on Node: the same app that a Worker runs, and the same look for what it missed,
 * with an outbox on disk.
 * @throws CicdError `config_invalid` when its settings, its folder or its address can't be used.
 */
export async function startEdge(options: EdgeServerOptions): Promise<EdgeServer> {
  const { config, log } = options;
  const onError = (error: CicdError, request_id: string) => {
    log.error({ component: "edge", event: "error", err: error, hint: error.hint, request_id });
  };
  // Before a folder is made: settings that are wrong leave none behind.
  forgeSettings(config);
  const connect = (settings: EdgeConfig) =>
    deliverTo({
      runner: connectRunner(settings, options.runner && { fetch: options.runner.fetch }),
      takeIn: options.runner?.takeIn,
      timeout: settings.edge.runner_timeout,
    });
  let deliver = connect(config);
  const outbox = new SqliteOutbox({
    stateDir: config.edge.state_dir,
    limit: config.edge.outbox_size,
    send: (parcel, signal) => deliver(parcel, signal),
    now: Date.now,
    onError,
  });
  try {
    const server = await serve(options, { outbox, onError });
    return {
      url: server.url,
      isReloadable: (key) => isOwn(key) && !fixed.includes(key),
      prepare: (settings) => {
        const changed = connect(settings);
        const change = server.prepare(settings);
        return () => {
          deliver = changed;
          change();
        };
      },
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
  { config, log, descriptor, runner }: EdgeServerOptions,
  parts: Pick<EdgeOptions, "outbox" | "onError">,
): Promise<Listening & Pick<EdgeServer, "prepare">> {
  let limits = limitsOf(config);
  const make = (settings: EdgeConfig, counted: typeof limits) => ({
    app: createEdge({
      config: settings,
      ...parts,
      limits: counted,
      ...(runner && { fetch: runner.fetch, takeIn: runner.takeIn }),
      onDelivery: (delivery, request_id) =>
        log.info({ component: "edge", event: "delivery", ...delivery, request_id }),
    }),
    sweeper: createSweeper({
      config: settings,
      onDelivery: (delivery) => log.info({ component: "edge", event: "missed", ...delivery }),
      onSwept: (swept) => tell(log, swept),
    }),
  });
  let { app, sweeper } = make(config, limits);
  const current = { fetch: (...request: Parameters<EdgeApp["fetch"]>) => app.fetch(...request) };
  const server = await listenEdge(current, { ...config, descriptor });
  log.info({ component: "edge", event: "started", url: server.url });
  let stopSweeping = startSweeping(sweeper, config.sweep.interval);
  return {
    url: server.url,
    prepare: (settings) => {
      // Who has used up his calls does not get them back by a reload.
      const counted = isDeepStrictEqual(limits.of, settings.edge.rate_limit)
        ? limits
        : limitsOf(settings);
      const changed = make(settings, counted);
      return () => {
        limits = counted;
        ({ app, sweeper } = changed);
        // What goes on of the former is cut off, and waited for before the other begins.
        stopSweeping = startSweeping(sweeper, settings.sweep.interval, stopSweeping());
      };
    },
    close: async (grace) => {
      await stopSweeping();
      await server.close(grace);
    },
  };
}

function isOwn(key: string): boolean {
  return Object.keys(EdgeConfig.shape).some((name) => key === name || key.startsWith(`${name}.`));
}

/** Counters of clients, and what they were made for. */
function limitsOf({ edge: { rate_limit } }: EdgeConfig) {
  const { api, unproved } = rate_limit;
  return {
    of: rate_limit,
    api: memoryRateLimit({ perMinute: api, now: Date.now }),
    unproved: memoryRateLimit({ perMinute: unproved, now: Date.now }),
  };
}

/** A look that found nothing is worth no line to most. */
function tell(log: Logger, { forge, hook, ...swept }: Swept): void {
  const fields = { component: "edge", event: "swept", forge, hook };
  if ("error" in swept) log.warn({ ...fields, err: swept.error, hint: swept.error.hint });
  else log[swept.taken_in > 0 || swept.more ? "info" : "debug"]({ ...fields, ...swept });
}

/** What answers requests, told the address of each peer. */
type EdgeApp = Pick<ReturnType<typeof createEdge>, "fetch">;

/** Serves an edge, which is told the address of each peer, and may drop one. */
export function listenEdge(
  app: EdgeApp,
  { host, port, descriptor }: Omit<ListenOptions, "fetch">,
): Promise<Listening> {
  return listen({
    host,
    port,
    descriptor,
    fetch: (request, { incoming, outgoing }) =>
      app.fetch(request, { peer: incoming.socket.remoteAddress, outgoing }),
  });
}
