import { fileURLToPath } from "node:url";
import { unstable_startWorker } from "wrangler";
import { coreSuite } from "./core.ts";
import { forgeSuite } from "./forges/suite.ts";
import { environment } from "./settings.ts";
import { startStandInRunner } from "./stand-in-runner.ts";
import type { RunningEdge } from "./start-edge.ts";

// The placeholder for what the network says of a client would be fetched from the network.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
process.env.WRANGLER_SEND_METRICS = "false";
process.env.WRANGLER_WRITE_LOGS = "false";

coreSuite(startWorker);
forgeSuite(startWorker);

/** Starts the edge in workerd, from the file and with the flags that it is deployed with. */
async function startWorker(): Promise<RunningEdge> {
  const runner = await startStandInRunner();
  const worker = await unstable_startWorker({
    config: fileURLToPath(new URL("../../wrangler.toml", import.meta.url)),
    bindings: Object.fromEntries(
      Object.entries(environment(runner.url)).map(([name, value]) => [
        name,
        { type: "plain_text", value },
      ]),
    ),
    dev: {
      server: { hostname: "127.0.0.1", port: 0 },
      inspector: { hostname: "127.0.0.1", port: 0 },
      watch: false,
      persist: false,
      logLevel: "none",
    },
  });
  return {
    url: (await worker.url).origin,
    runner,
    [Symbol.asyncDispose]: async () => {
      await worker.dispose();
      await runner[Symbol.asyncDispose]();
    },
  };
}
