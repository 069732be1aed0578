import { createEdge } from "#edge/app.ts";
import { EdgeConfig } from "#edge/config.ts";
import { createSweeper, type Swept } from "#edge/sweep/sweeper.ts";
import { listen } from "#runner/http/listen.ts";
import { readConfig } from "#shared/config.ts";
import { openTestOutbox } from "../open-outbox.ts";
import type { SweepingEdge } from "./scene.ts";

/** An edge of which more can be seen. */
export interface WatchedEdge extends SweepingEdge {
  /** What became of each webhook, oldest first. */
  readonly swept: Swept[];
}

/** Starts one on Node. */
export async function startSweepingEdge(
  environment: Readonly<Record<string, string>>,
  now: () => number = Date.now,
): Promise<WatchedEdge> {
  const config = readConfig(EdgeConfig, {}, environment);
  const swept: Swept[] = [];
  const sweeper = createSweeper({ config, now, onSwept: (one) => swept.push(one) });
  const opened = await openTestOutbox(config);
  const { fetch } = createEdge({ config, outbox: opened.outbox });
  const server = await listen({ fetch, host: "127.0.0.1", port: 0 });
  return {
    url: server.url,
    swept,
    sweep: () => sweeper.sweep(new AbortController().signal),
    [Symbol.asyncDispose]: async () => {
      await server.close(0);
      await opened[Symbol.asyncDispose]();
    },
  };
}
