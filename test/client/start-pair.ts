import { listenEdge } from "#cli/edge-server.ts";
import { createEdge } from "#edge/app.ts";
import { EdgeConfig } from "#edge/config.ts";
import type { RunnerAppOptions } from "#runner/http/app.ts";
import { readConfig } from "#shared/config.ts";
import { openTestOutbox } from "#test/edge/open-outbox.ts";
import { environment } from "#test/edge/settings.ts";
import { secrets, startRunner, type TestRunner } from "#test/runner-http/start-runner.ts";

/** An edge in front of a runner over a real store, both on loopback. */
export interface Pair extends AsyncDisposable {
  /** Of the edge; stays when that starts again. */
  readonly url: string;
  readonly runner: TestRunner;
  /** Cuts all connections to the edge and starts another one in its place. */
  restartEdge(): Promise<void>;
}

/** Starts both; `options` replace parts of the runner. */
export async function startPair(options: Partial<RunnerAppOptions> = {}): Promise<Pair> {
  const runner = await startRunner(options);
  const settings = {
    ...environment(`http://127.0.0.1:${runner.port}`),
    RUNNER_SECRET: secrets.join(" "),
  };
  const config = readConfig(EdgeConfig, {}, settings);
  const opened = await openTestOutbox(config);
  const app = createEdge({ config, outbox: opened.outbox });
  let server = await listenEdge(app, { host: "127.0.0.1", port: 0 });
  const { url } = server;
  return {
    url,
    runner,
    restartEdge: async () => {
      await server.close(0);
      server = await listenEdge(app, { host: "127.0.0.1", port: Number(new URL(url).port) });
    },
    [Symbol.asyncDispose]: async () => {
      await server.close(0);
      await opened[Symbol.asyncDispose]();
      await runner[Symbol.asyncDispose]();
    },
  };
}
