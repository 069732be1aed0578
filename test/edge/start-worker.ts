import { fileURLToPath } from "node:url";
import { unstable_startWorker } from "wrangler";
import { environment } from "./settings.ts";
import { startStandInRunner } from "./stand-in-runner.ts";
import type { RunningEdge, TestEdgeOptions } from "./start-edge.ts";

// The placeholder for what the network says of a client would be fetched from the network.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
process.env.WRANGLER_SEND_METRICS = "false";
process.env.WRANGLER_WRITE_LOGS = "false";

/** Starts the edge in workerd, from the file and with the flags that it is deployed with. */
export async function startWorker({
  environment: changes,
}: Pick<TestEdgeOptions, "environment"> = {}): Promise<RunningEdge> {
  const runner = await startStandInRunner();
  const settings = { ...environment(runner.url), ...changes };
  const worker = await unstable_startWorker({
    config: fileURLToPath(new URL("../../wrangler.toml", import.meta.url)),
    bindings: {
      ...Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [name, { type: "plain_text", value }]),
      ),
      API_LIMIT: rateLimit(1, settings.EDGE_RATE_LIMIT_API),
      UNPROVED_LIMIT: rateLimit(2, settings.EDGE_RATE_LIMIT_UNPROVED),
    },
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

/** The platform's own limit, as wrangler.toml binds it but with another number. */
function rateLimit(id: number, perMinute = "0") {
  const limit = Number(perMinute) || 1_000_000;
  return {
    type: "ratelimit" as const,
    namespace_id: String(id),
    simple: { limit, period: 60 as const },
  };
}
