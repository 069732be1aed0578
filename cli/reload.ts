import { isatty } from "node:tty";
import type { Logger } from "pino";
import { CicdError } from "#shared/error.ts";
import { settingsOf, valueAt } from "#shared/setting.ts";
import { Config } from "./config.ts";
import type { Service } from "./systemd/service.ts";

/** A part of the program that takes settings while it runs. */
interface Reloadable {
  readonly isReloadable: (key: string) => boolean;
  /** What is returned puts them in force, at once and without fail: no part is left behind. */
  prepare(config: Config): () => void;
}

/** The reloads of a program. */
export interface Reloads {
  /** Says what runs; a signal before that waits for it. */
  begin(parts: readonly Reloadable[], url: string): void;
  /** From now on signals change nothing: what stops takes no settings. */
  end(): void;
}

/** What a reload needs. */
export interface ReloadOptions {
  /** What the program was started with. */
  readonly config: Config;
  /** Reads the settings as they are now. */
  readonly read: () => Promise<Config>;
  /** Names of those at the top that concern this program. */
  readonly concerns: readonly string[];
  /** Told of settings before they are taken: what is logged from now on may hold their secrets. */
  readonly onSettings: (config: Config) => void;
  readonly log: Logger;
  readonly service: Service;
}

/** The one setting that is the program's own. */
const logLevel = "observability.log_level";

/**
 * Takes settings anew on SIGHUP: those that can change at once do, the others are named in the log.
 * Settings that are wrong change nothing. On a terminal the signal says that it is gone, and ends the
 * program as it does any other.
 */
export function reloadOnHangup(options: ReloadOptions): Reloads {
  const values = valuesOf(options.config, options.concerns);
  let running: { readonly parts: readonly Reloadable[]; readonly url: string } | undefined;
  let isDue = false;
  let isBusy = false;
  const work = async () => {
    if (isBusy || running === undefined) return;
    isBusy = true;
    while (isDue) {
      isDue = false;
      await options.service.reloading();
      const outcome = await reload(() => running?.parts, values, options);
      // It has told the manager that it stops.
      if (running === undefined) return;
      await options.service.reloaded(`Serving on ${running.url}${outcome}`);
    }
    isBusy = false;
  };
  if (!isatty(0)) {
    process.on("SIGHUP", () => {
      isDue = true;
      void work();
    });
  }
  return {
    begin: (parts, url) => {
      running = { parts, url };
      // It never fails.
      void work();
    },
    // The listener stays: without one the signal would end what stops in peace.
    end: () => {
      running = undefined;
    },
  };
}

/** Reloads once; changes `values` to those that are in force then. Resolves to what went wrong. */
async function reload(
  running: () => readonly Reloadable[] | undefined,
  values: Map<string, string>,
  { read, concerns, log, onSettings }: ReloadOptions,
): Promise<string> {
  try {
    const config = await read();
    const parts = running();
    if (parts === undefined) return "";
    // From here on nothing waits: all parts change, or none.
    onSettings(config);
    const next = valuesOf(config, concerns);
    const changed = [...next].filter(([key, value]) => values.get(key) !== value);
    const changes = parts.map((part) => part.prepare(config));
    for (const change of changes) change();
    log.level = config.observability.log_level;
    const canChange = (key: string) =>
      key === logLevel || parts.some(({ isReloadable }) => isReloadable(key));
    const taken = changed.filter(([key]) => canChange(key));
    const waiting = changed.map(([key]) => key).filter((key) => !canChange(key));
    for (const [key, value] of taken) values.set(key, value);
    log.info({ component: "config", event: "reloaded", settings: taken.map(([key]) => key) });
    if (waiting.length === 0) return "";
    const message = `Needs a restart: ${waiting.join(", ")}`;
    log.warn({ component: "config", event: "restart_needed", settings: waiting }, message);
    return `; ${message}`;
  } catch (thrown) {
    const error = CicdError.from(thrown);
    log.error({ component: "config", event: "reload_refused", err: error, hint: error.hint });
    return `; goes on with the settings that it had: ${error.message}`;
  }
}

/** The settings that concern a program, by their keys, in a form that can be compared. */
function valuesOf(config: Config, concerns: readonly string[]): Map<string, string> {
  return new Map(
    settingsOf(Config)
      .filter(({ path: [top = ""] }) => concerns.includes(top))
      .map(({ path }) => [path.join("."), JSON.stringify(valueAt(config, path)) ?? ""]),
  );
}
