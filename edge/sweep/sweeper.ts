import { CicdError } from "#shared/error.ts";
import type { Forge } from "#shared/event.ts";
import type { EdgeConfig } from "../config.ts";
import { connectRunner } from "../connect-runner.ts";
import type { DeliveryReport } from "../webhook.ts";
import { newProgress, type Progress } from "./progress.ts";
import { type ForgeSource, sources } from "./sources.ts";
import { type HookSwept, type SweepContext, sweepHook } from "./sweep-hook.ts";

/** What became of one webhook; without numbers it failed. */
export type Swept = { readonly forge: Forge; readonly hook: string } & (
  | HookSwept
  | { readonly error: CicdError }
);

/** Looks for deliveries that were missed. */
export interface Sweeper {
  /** Whether there is anything to ask. */
  readonly hasSources: boolean;
  /** Asks about all webhooks, one after another. A call while one runs waits for that one. */
  sweep(signal: AbortSignal): Promise<void>;
}

/** How a sweeper is made. */
export interface SweeperOptions {
  readonly config: EdgeConfig;
  /** The clock, in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
  /** Reaches runner and forges; default the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Told once of each webhook that was asked about. */
  readonly onSwept?: (swept: Swept) => void;
  /** Told of what became of each delivery that was missed. */
  readonly onDelivery?: (report: DeliveryReport) => void;
}

/**
 * A sweeper for what the configuration names.
 * @throws CicdError `config_invalid` when a credential is missing.
 */
export function createSweeper(options: SweeperOptions): Sweeper {
  const { config, now = Date.now, onSwept = () => {}, onDelivery = () => {} } = options;
  const { fetch = (input, init) => globalThis.fetch(input, init) } = options;
  const { window, limit } = config.sweep;
  const all = sources(config, { now, fetch });
  const runner = connectRunner(config, { now, fetch });
  const progresses = new Map<string, Progress>();
  let running: Promise<void> | undefined;

  const sweepAll = async (signal: AbortSignal) => {
    const shared = {
      rules: config.rules,
      runner,
      requestId: crypto.randomUUID(),
      window,
      limit,
      now,
      onDelivery,
      signal,
    };
    for (const { adapter, source } of all) {
      if (signal.aborted) return;
      await sweepSource({ adapter, source }, { ...shared, adapter }, progresses, onSwept);
    }
  };
  return {
    hasSources: all.length > 0,
    sweep: (signal) => {
      running ??= sweepAll(signal).finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

/** Nothing that goes wrong with one webhook is the matter of another. */
async function sweepSource(
  { adapter: { name: forge }, source }: ForgeSource,
  context: SweepContext,
  progresses: Map<string, Progress>,
  onSwept: (swept: Swept) => void,
): Promise<void> {
  const failed = (hook: string, thrown: unknown) => {
    if (!context.signal.aborted) onSwept({ forge, hook, error: CicdError.from(thrown) });
  };
  try {
    for (const hook of await source.hooks(context.signal)) {
      const key = `${forge} ${hook.name}`;
      const progress = progresses.get(key) ?? newProgress();
      progresses.set(key, progress);
      try {
        onSwept({ forge, hook: hook.name, ...(await sweepHook(hook, progress, context)) });
      } catch (thrown) {
        failed(hook.name, thrown);
      }
    }
  } catch (thrown) {
    failed(source.name, thrown);
  }
}
