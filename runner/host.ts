import { hostname } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import type * as z from "zod";
import type { HandOff, HandOffAnswer } from "#shared/api.ts";
import type { Environment } from "#shared/config.ts";
import { CicdError } from "#shared/error.ts";
import { openDay } from "./budget/open.ts";
import { endOrphans, endStrays, markerVariable } from "./claude/orphans.ts";
import type { RunnerConfig } from "./config.ts";
import { openConnector } from "./connect.ts";
import { Dispatcher } from "./dispatch/dispatcher.ts";
import { readHealth, secondsSince } from "./health.ts";
import { takingIn } from "./http/admit.ts";
import { createRunnerApp, type RunnerAppOptions } from "./http/app.ts";
import { listen } from "./http/listen.ts";
import { Membership } from "./membership.ts";
import { createMetrics } from "./metrics.ts";
import { observers } from "./observe.ts";
import { openSessions } from "./open-sessions.ts";
import { Permissions } from "./permission/permissions.ts";
import { PageEndings } from "./publish/page-endings.ts";
import { ReloadableSettings } from "./reloadable.ts";
import { Breaker } from "./resilience/breaker.ts";
import { Degradation } from "./resilience/degradation.ts";
import { Guard } from "./resilience/guard.ts";
import { Retention } from "./retention.ts";
import { ReviewCache } from "./review/review-cache.ts";
import { breakerOptions, cliSettings, retryPolicy, runningLimits, thresholds } from "./settings.ts";
import { loadSkills } from "./skills/load-skills.ts";
import { taskSkills } from "./skills/task-skills.ts";
import { prepareStateDir } from "./state-dir.ts";
import { openStore } from "./store/open-store.ts";
import { beatInterval, leaseTime } from "./store/timing.ts";
import { recordTraces } from "./trace/record-traces.ts";
import { Upkeep } from "./upkeep.ts";
import { keepWithin } from "./workspace/disk-budget.ts";
import { Mirrors } from "./workspace/mirrors.ts";

/** What a runner host needs besides its configuration. */
export interface HostOptions {
  readonly config: RunnerConfig;
  /** What that was read by, where there are other settings in it: their secrets are hidden too. */
  readonly schema?: z.ZodObject;
  /** The program's own environment. */
  readonly environment: Environment;
  readonly log: Logger;
  readonly version: string;
  /** A socket that listens already, passed by a service manager. */
  readonly descriptor?: number | undefined;
}

/** A running runner host. */
export interface Host {
  /** Where its HTTP side listens. */
  readonly url: string;
  /** Answers what its HTTP side would, without the way over the network. */
  readonly fetch: typeof fetch;
  /** Takes a hand-off in as `POST /v1/events` does, with the errors that it answers. */
  readonly takeIn: (handOff: HandOff, requestId: string) => Promise<HandOffAnswer>;
  /** Whether a setting can change while it runs; `prepare` heeds no other. */
  readonly isReloadable: (key: string) => boolean;
  /**
   * Makes new settings ready: tasks that start after what is returned was called have them.
   * @throws CicdError `config_invalid` when they can't be used: then nothing has changed.
   */
  prepare(config: RunnerConfig): () => void;
  /**
   * Takes no more tasks, lets turns end within `async.graceful_shutdown_timeout`, interrupts the
   * others and gives their tasks back to the queue, ends all processes and closes the store.
   */
  stop(): Promise<void>;
}

/**
 * Starts a runner host: the one place where its parts are put together.
 * @throws CicdError `config_invalid` when a skill, the state folder, the store or the address can't be used,
 * `store_unavailable` when the store's server does not answer.
 */
export async function startHost({
  config,
  schema,
  environment,
  log,
  version,
  descriptor,
}: HostOptions): Promise<Host> {
  const limits = config.async;
  const skills = taskSkills(await loadSkills(config.skills.dir), config.review.skills);
  await using undo = new AsyncDisposableStack();
  const stateDir = await prepareStateDir(config.runner.state_dir);
  const isShared = config.runner.store !== undefined;
  const store = undo.use(
    await openStore({
      database: config.runner.store,
      folder: stateDir,
      host: config.runner.name ?? hostname(),
      url: config.runner.peer_url,
      limits: runningLimits(config),
    }),
  );
  // Before any conversation is resumed: what still lives of an earlier run would fork it.
  const orphans = await endOrphans(stateDir);
  if (orphans > 0) log.warn({ component: "host", event: "orphans_ended", orphans });
  // At the end too, while the folder is still ours.
  undo.defer(async () => void (await endOrphans(stateDir)));

  const onError = (error: unknown, request_id?: string) => {
    log.error({ err: error, event: "error", request_id });
    const isStore = error instanceof CicdError && error.code === "store_unavailable";
    if (isStore) membership?.look();
  };
  let membership: Membership | undefined;
  const connector = undo.use(await openConnector(config, { stateDir, environment, onError }));
  if (connector.warning !== undefined) {
    log.warn({ component: "host", event: "secrets_exposed", reason: connector.warning });
  }

  const metrics = createMetrics({
    sessionsActive: () => sessions.size,
    queue: async () => {
      const now = Date.now();
      const { queued, oldestQueuedAt = now } = await store.stats();
      return { depth: queued, oldestSeconds: secondsSince(oldestQueuedAt, now) };
    },
    running: () => dispatcher.running,
    capacity: () => sessions.capacity,
    processMemory: () => upkeep.memory,
    degradationLevel: () => degradation.level,
    breakerState: () => breaker.state,
  });
  const observe = observers(metrics, log, store.now);
  const tracing = await recordTraces(config, {
    environment,
    version,
    onError: (error) => log.warn({ component: "tracing", event: "traces_lost", err: error }),
  });
  if (tracing !== undefined) undo.use(tracing);
  const cli = cliSettings(config, connector.connect, skills);
  const sessions = await openSessions(config, {
    ...{ store, stateDir, cli, onError },
    onState: observe.onState,
  });
  undo.defer(() => sessions.stop());
  const degradation = new Degradation({
    ...thresholds(config),
    // Without resident processes there is nothing less to go down to.
    ...(!limits.enabled && { enabled: false }),
    onChange: (from, to, reasons) => {
      observe.onDegradation(from, to, reasons);
      sessions.setMode(poolModes[to]).catch(onError);
    },
  });
  const breaker = new Breaker({ ...breakerOptions(config), onChange: observe.onBreaker });
  const mirrors = new Mirrors(join(stateDir, "mirrors"));
  const upkeep = undo.use(
    new Upkeep({
      store,
      sessions,
      degradation,
      queueLimit: limits.queue_size,
      idleTimeout: limits.idle_timeout,
      sessionTtl: limits.session_ttl,
      memoryBudget: limits.memory_budget,
      interval: config.observability.health_check_interval,
      endStrays: () => endStrays(stateDir),
      tidyDisk: async (ending) => {
        const stored = [...(await mirrors.stored()), ...(await sessions.stored())];
        return (await keepWithin(config.runner.disk_budget, stored, onError, ending)).freed;
      },
      onSwept: observe.onSwept,
      onError,
    }),
  );

  const retention = undo.use(
    new Retention({
      store,
      ...config.runner.retention,
      reviews: config.cache.enabled ? config.cache.ttl : 0,
      onPruned: observe.onPruned,
      onError,
    }),
  );

  const permissions = new Permissions({ timeout: config.claude.permission_timeout });
  const cache = new ReviewCache({
    store,
    reviewer: cli,
    enabled: config.cache.enabled,
    ttl: config.cache.ttl,
    maxBytes: config.cache.size,
    onError,
  });
  const settings = new ReloadableSettings(config, {
    ...{ store, sessions, mirrors, skills, permissions, cache },
    day: await openDay(store),
    // A git that outlives its runner is found by the mark, and ended.
    environment: { ...environment, [markerVariable]: stateDir },
    schema,
    changeCredentials: connector.changeCredentials,
  });
  const counted = observe.counted((task, context) => settings.current.work(task, context));
  const dispatcher = new Dispatcher({
    store,
    work: tracing?.spans.traced(counted) ?? counted,
    retry: retryPolicy(config),
    concurrency: () => (limits.enabled ? sessions.capacity : limits.max_sessions),
    guard: new Guard(breaker, degradation),
    onStart: observe.onStart,
    onEnd: observe.onEnd,
    onError,
  });

  const load = () => ({
    running: dispatcher.running,
    capacity: sessions.capacity,
    sessions: sessions.size,
    memoryBytes: upkeep.memory,
  });
  membership = new Membership({
    store,
    load,
    leaseTime,
    // Nobody else takes what an embedded store holds: then it is not worth a write each second.
    interval: isShared ? beatInterval : leaseTime * 5,
    isShared,
    onLost: (tasks) => {
      observe.onLost(tasks);
      dispatcher.abandon(tasks);
    },
    onUnheard: () => {
      observe.onUnheard();
      dispatcher.abandon();
    },
    endOutdated: (held) => sessions.endAllBut(held),
    onReaped: observe.onReaped,
    onError,
  });
  let isDraining = false;
  const drain = async () => {
    isDraining = true;
    dispatcher.close();
    await membership.drain();
  };
  const closing = new AbortController();
  const http = {
    store,
    sessions,
    permissions,
    get secrets() {
      return settings.current.secrets;
    },
    queueLimit: limits.queue_size,
    isDraining: () => isDraining,
    load,
    drain: async () => {
      if (!isDraining) log.info({ component: "host", event: "draining" });
      // Again too: the store may have been away.
      await drain();
    },
    closing: closing.signal,
    health: () =>
      readHealth({
        store,
        storeTrouble: () => membership.trouble,
        sessions: () => sessions.size,
        degradation,
        breaker,
        queueLimit: limits.queue_size,
        isDraining: () => isDraining,
        version,
        uptime: () => process.uptime(),
      }),
    metrics: config.observability.metrics_enabled ? metrics.render : noMetrics,
    onDelivery: metrics.delivery,
    ...(tracing && { onAccepted: tracing.spans.delivered }),
    onSkipped: metrics.skipped,
    onSseClients: metrics.sseClients,
    onError,
  } satisfies RunnerAppOptions;
  const app = createRunnerApp(http);
  const server = await listen({ fetch: app.fetch, ...config.runner, descriptor });
  undo.defer(() => server.close(connectionPatience));

  await sessions.open();
  membership.start();
  undo.use(new PageEndings({ store, publisher: () => settings.current.publishing, onError }));
  dispatcher.start();
  log.info({ component: "host", event: "started", url: server.url, state_dir: stateDir });

  const resources = undo.move();
  return {
    url: server.url,
    fetch: async (input, init) => await app.fetch(new Request(input, init)),
    takeIn: takingIn(http),
    isReloadable: (key) => settings.isReloadable(key),
    prepare: (changed) => settings.prepare(changed),
    stop: async () => {
      const looked = [upkeep, retention].map((one) => one[Symbol.asyncDispose]());
      await drain().catch(onError);
      await dispatcher.drain(limits.graceful_shutdown_timeout);
      // Only now: whoever follows a task sees it end.
      closing.abort();
      await Promise.all(looked);
      await membership.leave();
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
/** How processes are kept at each level of degradation. */
const poolModes = ["pooled", "frozen", "one_shot"] as const;
