import { listenEdge } from "#cli/edge-server.ts";
import { createEdge, type EdgeOptions } from "#edge/app.ts";
import { EdgeConfig } from "#edge/config.ts";
import type { DeliveryReport } from "#edge/webhook.ts";
import { readConfig } from "#shared/config.ts";
import type { CicdError } from "#shared/error.ts";
import { environment } from "./settings.ts";
import { type StandInRunner, startStandInRunner } from "./stand-in-runner.ts";

/** An edge and the runner behind it, both on loopback. */
export interface RunningEdge extends AsyncDisposable {
  readonly url: string;
  readonly runner: StandInRunner;
}

/** An edge in this process. */
export interface TestEdge extends RunningEdge {
  /** What went to `onDelivery`. */
  readonly deliveries: DeliveryReport[];
  /** What went to `onError`, with the id of the request. */
  readonly errors: { readonly error: CicdError; readonly requestId: string }[];
}

/** What of an edge under test differs. */
export interface TestEdgeOptions extends Pick<EdgeOptions, "now"> {
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts an edge on Node, the way that the product serves it. */
export async function startEdge(options: TestEdgeOptions = {}): Promise<TestEdge> {
  const { environment: changes, ...rest } = options;
  const runner = await startStandInRunner();
  const deliveries: TestEdge["deliveries"] = [];
  const errors: TestEdge["errors"] = [];
  const app = createEdge({
    config: readConfig(EdgeConfig, {}, { ...environment(runner.url), ...changes }),
    onDelivery: (report) => deliveries.push(report),
    onError: (error, requestId) => errors.push({ error, requestId }),
    ...rest,
  });
  const server = await listenEdge(app, { host: "127.0.0.1", port: 0 });
  return {
    url: server.url,
    runner,
    deliveries,
    errors,
    [Symbol.asyncDispose]: async () => {
      await server.close(0);
      await runner[Symbol.asyncDispose]();
    },
  };
}
