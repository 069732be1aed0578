import { listenEdge } from "#cli/edge-server.ts";
import { createEdge, type EdgeOptions } from "#edge/app.ts";
import { EdgeConfig } from "#edge/config.ts";
import type { DeliveryReport } from "#edge/webhook.ts";
import type { SqliteOutbox } from "#edge-node/sqlite-outbox.ts";
import { readConfig } from "#shared/config.ts";
import type { CicdError } from "#shared/error.ts";
import { openTestOutbox } from "./open-outbox.ts";
import { environment } from "./settings.ts";
import { type StandInRunner, startStandInRunner } from "./stand-in-runner.ts";

/** An edge and the runner behind it, both on loopback. */
export interface RunningEdge extends AsyncDisposable {
  readonly url: string;
  readonly runner: StandInRunner;
}

/** An edge in this process. */
export interface TestEdge extends RunningEdge {
  readonly outbox: SqliteOutbox;
  /** What went to `onDelivery`. */
  readonly deliveries: DeliveryReport[];
  /** What went to `onError`, with the id of the request. */
  readonly errors: { readonly error: CicdError; readonly requestId: string }[];
}

/** What of an edge under test differs. */
export interface TestEdgeOptions extends Pick<EdgeOptions, "now" | "takeIn"> {
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts an edge on Node, the way that the product serves it. */
export async function startEdge(options: TestEdgeOptions = {}): Promise<TestEdge> {
  const { environment: changes, ...rest } = options;
  const runner = await startStandInRunner();
  const deliveries: TestEdge["deliveries"] = [];
  const errors: TestEdge["errors"] = [];
  const config = readConfig(EdgeConfig, {}, { ...environment(runner.url), ...changes });
  const onError = (error: CicdError, requestId: string) => errors.push({ error, requestId });
  const opened = await openTestOutbox(config, onError);
  const { outbox } = opened;
  const app = createEdge({
    config,
    outbox,
    onDelivery: (report) => deliveries.push(report),
    onError,
    ...rest,
  });
  const server = await listenEdge(app, { host: "127.0.0.1", port: 0 });
  return {
    url: server.url,
    runner,
    outbox,
    deliveries,
    errors,
    [Symbol.asyncDispose]: async () => {
      await server.close(0);
      await opened[Symbol.asyncDispose]();
      await runner[Symbol.asyncDispose]();
    },
  };
}
