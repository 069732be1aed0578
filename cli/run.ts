import type { Logger } from "pino";
import { EdgeConfig } from "#edge/config.ts";
import { RunnerConfig } from "#runner/config.ts";
import type { Host } from "#runner/host.ts";
import { Config } from "./config.ts";
import type { EdgeServer, EdgeServerOptions } from "./edge-server.ts";
import { createLog } from "./log.ts";
import { reloadOnHangup } from "./reload.ts";
import { readServeSettings, readSettings, type SettingsSource } from "./settings.ts";
import { passedDescriptors } from "./systemd/passed-descriptors.ts";
import { openService } from "./systemd/service.ts";
import { untilStopped } from "./until-stopped.ts";
import { version } from "./version.ts";

/** How long open requests may take at the end, in milliseconds. */
const requestPatience = 5000;
/** An interrupt, the end of input, SIGTERM and SIGKILL. */
const endingSteps = 4;
/** What a service manager passed to this program. */
const descriptors = passedDescriptors(process.env);

/** Runs edge and runner in one program until it is stopped. */
export async function runServe(source: () => SettingsSource): Promise<void> {
  const config = await readServeSettings(source());
  const { log, service, reloads } = preparations(config, {
    concerns: Object.keys(Config.shape),
    // A secret that was made up goes on.
    read: () => readServeSettings(source(), config.runner_secret[0]),
  });
  await untilStopped(service, async () => {
    const host = await start(config, log);
    const ofRunner = (settings: Config) => ({ ...settings, runner_url: [host.url] });
    const edge = await serveEdge({
      config: ofRunner(config),
      log,
      descriptor: descriptors.get("edge"),
      runner: host,
    }).catch(async (error) => {
      await host.stop();
      throw error;
    });
    const { isReloadable } = edge;
    const prepare = (settings: Config) => edge.prepare(ofRunner(settings));
    reloads.begin([host, { isReloadable, prepare }], edge.url);
    return {
      url: edge.url,
      patience: hostPatience(config) + requestPatience,
      stop: async () => {
        reloads.end();
        await host.stop();
        await edge.close(requestPatience);
      },
    };
  });
}

/** Runs a runner alone. */
export async function runRunner(source: () => SettingsSource): Promise<void> {
  const config = await readSettings(source());
  const { log, service, reloads } = preparations(config, {
    concerns: Object.keys(RunnerConfig.shape),
    read: () => readSettings(source()),
  });
  await untilStopped(service, async () => {
    const host = await start(config, log);
    reloads.begin([host], host.url);
    return {
      url: host.url,
      patience: hostPatience(config),
      stop: async () => {
        reloads.end();
        await host.stop();
      },
    };
  });
}

/** Runs an edge alone. */
export async function runEdge(source: () => SettingsSource): Promise<void> {
  const config = await readSettings(source());
  const { log, service, reloads } = preparations(config, {
    concerns: ["host", "port", "observability", ...Object.keys(EdgeConfig.shape)],
    read: () => readSettings(source()),
  });
  await untilStopped(service, async () => {
    const edge = await serveEdge({ config, log, descriptor: descriptors.get("edge") });
    reloads.begin([edge], edge.url);
    return {
      url: edge.url,
      patience: requestPatience,
      stop: async () => {
        reloads.end();
        await edge.close(requestPatience);
      },
    };
  });
}

/** What there has to be before anything starts. */
function preparations(
  config: Config,
  reloading: { concerns: readonly string[]; read: () => Promise<Config> },
) {
  let settings = config;
  const log = createLog(() => settings, process.env);
  const onSettings = (changed: Config) => {
    settings = changed;
  };
  const service = openService({
    environment: process.env,
    onError: (error) => log.error({ component: "systemd", event: "error", err: error }),
  });
  return {
    log,
    service,
    reloads: reloadOnHangup({ config, log, service, onSettings, ...reloading }),
  };
}

async function start(config: Config, log: Logger): Promise<Host> {
  const descriptor = descriptors.get("runner");
  // Each of the two parts is loaded where it runs: an edge alone is a third of the program.
  const { startHost } = await import("#runner/host.ts");
  return await startHost({
    config,
    schema: Config,
    environment: process.env,
    log,
    version,
    descriptor,
  });
}

async function serveEdge(options: EdgeServerOptions): Promise<EdgeServer> {
  const { startEdge } = await import("./edge-server.ts");
  return await startEdge(options);
}

/** How long a runner may take to stop, in milliseconds: turns, then each step of ending processes. */
function hostPatience({ async: limits }: Config): number {
  return limits.graceful_shutdown_timeout + endingSteps * limits.force_kill_timeout;
}
