import { fileURLToPath } from "node:url";
import { unstable_startWorker } from "wrangler";

// The placeholder for what the network says of a client would be fetched from the network.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
process.env.WRANGLER_SEND_METRICS = "false";
process.env.WRANGLER_WRITE_LOGS = "false";

/** An edge in workerd. */
export interface RunningWorker extends AsyncDisposable {
  readonly url: string;
}

/** Starts the edge in workerd, from the file and with the flags that it is deployed with. */
export async function startWorker(
  environment: Readonly<Record<string, string>>,
): Promise<RunningWorker> {
  const worker = await unstable_startWorker({
    config: fileURLToPath(new URL("../../wrangler.toml", import.meta.url)),
    bindings: {
      ...Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [name, { type: "plain_text", value }]),
      ),
      API_LIMIT: rateLimit(1, environment.EDGE_RATE_LIMIT_API),
      UNPROVED_LIMIT: rateLimit(2, environment.EDGE_RATE_LIMIT_UNPROVED),
    },
    dev: {
      server: { hostname: "127.0.0.1", port: 0 },
      inspector: { hostname: "127.0.0.1", port: 0 },
      watch: false,
      persist: false,
      logLevel: "none",
    },
  });
  const { origin } = await worker.url;
  return { url: origin, [Symbol.asyncDispose]: () => worker.dispose() };
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
