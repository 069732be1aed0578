import { hostname } from "node:os";
import type { Logger } from "pino";
import type { Environment } from "#shared/config.ts";
import { CicdError } from "#shared/error.ts";
import { endOrphans } from "./claude/orphans.ts";
import type { RunnerConfig } from "./config.ts";
import { Dispatcher } from "./dispatch/dispatcher.ts";
import { readHealth } from "./health.ts";
import { createRunnerApp } from "./http/app.ts";
import { listen } from "./http/listen.ts";
import { createMetrics } from "./metrics.ts";
import { observers } from "./observe.ts";
import { SessionManager } from "./session/manager.ts";
import { cliSettings, gitOptions, retryPolicy } from "./settings.ts";
import { prepareStateDir } from "./state-dir.ts";
import { SqliteStore } from "./store/sqlite-store.ts";
import { taskWork } from "./work.ts";

/** What a runner host needs besides its configuration. */
export interface HostOptions {
  readonly config: RunnerConfig;
  /** The program's own environment. */
  readonly environment: Environment;
  readonly log: Logger;
  readonly version: string;
}

/** A running runner host. */
export interface Host {
  /** Where its HTTP side listens. */
  readonly url: string;
  /**
   * Takes no more tasks, lets turns end within `async.graceful_shutdown_timeout`, interrupts the
   * others and gives their tasks back to the queue, ends all processes and closes the store.
   */
  stop(): Promise<void>;
}

/**
 * Starts a runner host: the one place where its parts are put together.
 * @throws CicdError `config_invalid` when the state folder or the address can't be used.
 */
export async function startHost({ config, environment, log, version }: HostOptions): Promise<Host> {
  const limits = config.async;
  await using undo = new AsyncDisposableStack();
  const stateDir = await prepareStateDir(config.runner.state_dir);
  const store = undo.use(new SqliteStore({ folder: stateDir, host: hostname() }));
  // Before any conversation is resumed: what still lives of an earlier run would fork it.
  const orphans = await endOrphans(stateDir);
  if (orphans > 0) log.warn({ component: "host", event: "orphans_ended", orphans });

  const metrics = createMetrics({
    sessionsActive: () => sessions.size,
    queueDepth: async () => (await store.stats()).queued,
  });
  const observe = observers(metrics, log, Date.now);
  const sessions = new SessionManager({
    store,
    cli: cliSettings(config, { stateDir, environment }),
    maxSessions: limits.max_sessions,
    onState: observe.onState,
  });
  undo.defer(() => sessions.stop());
  const work = taskWork({
    sessions,
    stateDir,
    git: gitOptions(config, environment),
    maxDiffBytes: config.runner.max_diff,
    turnTimeout: config.claude.timeout,
  });
  const onError = (error: unknown) => log.error({ err: error, event: "error" });
  const dispatcher = new Dispatcher({
    store,
    work: observe.counted(work),
    retry: retryPolicy(config),
    concurrency: limits.max_sessions,
    onStart: observe.onStart,
    onEnd: observe.onEnd,
    onError,
  });

  let isDraining = false;
  const closing = new AbortController();
  const app = createRunnerApp({
    store,
    sessions,
    secrets: config.runner_secret,
    queueLimit: limits.queue_size,
    isDraining: () => isDraining,
    closing: closing.signal,
    health: () =>
      readHealth({
        store,
        sessions: () => sessions.size,
        queueLimit: limits.queue_size,
        isDraining: () => isDraining,
        version,
        uptime: () => process.uptime(),
      }),
    metrics: config.observability.metrics_enabled ? metrics.render : noMetrics,
    onDelivery: metrics.delivery,
    onSseClients: metrics.sseClients,
    onError: (error, request_id) => log.error({ err: error, event: "error", request_id }),
  });
  const server = await listen({ fetch: app.fetch, ...config.runner });
  undo.defer(() => server.close(connectionPatience));

  const sweep = setInterval(
    () => {
      sessions.hibernateIdle(limits.idle_timeout).then((count) => {
        if (count > 0) log.info({ component: "session", event: "session_idle_timeout", count });
      }, onError);
    },
    Math.min(limits.idle_timeout, idleCheckInterval),
  );
  sweep.unref();
  dispatcher.start();
  log.info({ component: "host", event: "started", url: server.url, state_dir: stateDir });

  const resources = undo.move();
  return {
    url: server.url,
    stop: async () => {
      isDraining = true;
      clearInterval(sweep);
      await dispatcher.drain(limits.graceful_shutdown_timeout);
      // Only now: whoever follows a task sees it end.
      closing.abort();
      await resources.disposeAsync();
      log.info({ component: "host", event: "stopped" });
    },
  };
}

async function noMetrics(): Promise<never> {
  throw new CicdError("not_found", "Cannot show metrics: observability.metrics_enabled is false");
}

/** How long open requests may take at the end, in milliseconds. */
const connectionPatience = 1000;
/** How often idle processes are looked for, in milliseconds. */
const idleCheckInterval = 30_000;
