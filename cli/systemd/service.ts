import type { Environment } from "#shared/config.ts";
import { type Notifier, openNotifier } from "./notifier.ts";

/** What a service tells its manager. Without a manager, nothing happens. */
export interface Service {
  /** It serves. From now on the manager's watchdog is fed, as long as the event loop turns. */
  ready(status: string): Promise<void>;
  /** It takes its settings anew; {@link reloaded} follows. */
  reloading(): Promise<void>;
  /** It has, or goes on with those that it had. */
  reloaded(status: string): Promise<void>;
  /** It stops, and that may take so many milliseconds. */
  stopping(patience: number): Promise<void>;
}

/** What a service is known by. */
export interface ServiceOptions {
  readonly environment: Environment;
  /** What it does now, in a line; told with every feeding of the watchdog. */
  readonly status?: () => Promise<string>;
  /** The manager can't be told. */
  readonly onError: (error: unknown) => void;
}

/** The service that this program is. Source: sd_notify(3), sd_watchdog_enabled(3). */
export function openService({ environment, status, onError }: ServiceOptions): Service {
  const manager = openNotifier(environment, { onError });
  if (manager === undefined) return unmanaged;
  let feeding: NodeJS.Timeout | undefined;
  return {
    ready: async (text) => {
      await manager.tell({ READY: 1, STATUS: text });
      feeding = feed(manager, environment, async () => {
        const now = await status?.().catch(() => undefined);
        return now === undefined ? {} : { STATUS: now };
      });
    },
    reloading: async () => {
      // By this time of the system's the manager knows which request to reload is answered.
      const MONOTONIC_USEC = String(process.hrtime.bigint() / 1000n);
      await manager.tell({ RELOADING: 1, MONOTONIC_USEC, STATUS: "Reloading" });
    },
    reloaded: async (text) => await manager.tell({ READY: 1, STATUS: text }),
    stopping: async (patience) => {
      clearInterval(feeding);
      const EXTEND_TIMEOUT_USEC = Math.ceil(patience * 1000);
      await manager.tell({ STOPPING: 1, STATUS: "Stopping", EXTEND_TIMEOUT_USEC });
    },
  };
}

const unmanaged: Service = {
  ready: async () => {},
  reloading: async () => {},
  reloaded: async () => {},
  stopping: async () => {},
};

/** Feeds the watchdog twice in its time; undefined when there is none, or it is another's. */
function feed(
  manager: Notifier,
  { WATCHDOG_USEC, WATCHDOG_PID }: Environment,
  status: () => Promise<{ STATUS?: string }>,
): NodeJS.Timeout | undefined {
  const isOurs = !WATCHDOG_PID || WATCHDOG_PID === String(process.pid);
  const limit = Number(WATCHDOG_USEC);
  if (!isOurs || !(limit > 0)) return undefined;
  return setInterval(async () => {
    await manager.tell({ WATCHDOG: 1 });
    const told = await status();
    if (told.STATUS !== undefined) await manager.tell(told);
  }, limit / 2000).unref();
}
