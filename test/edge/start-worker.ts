import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unstable_startWorker } from "wrangler";
import { tempFolder } from "../temp-folder.ts";

// The placeholder for what the network says of a client would be fetched from the network.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
process.env.WRANGLER_SEND_METRICS = "false";
process.env.WRANGLER_WRITE_LOGS = "false";

/** An edge in workerd. */
export interface RunningWorker extends AsyncDisposable {
  readonly url: string;
}

/** What it is deployed with. */
const settings = fileURLToPath(new URL("../../wrangler.toml", import.meta.url));

/** Starts the edge in workerd, from the file and with the flags that it is deployed with. */
export async function startWorker(
  environment: Readonly<Record<string, string>>,
  config = settings,
): Promise<RunningWorker> {
  const worker = await unstable_startWorker({
    config,
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

/** The same, but its queues give up when they have tried this often again. */
export async function startImpatientWorker(
  environment: Readonly<Record<string, string>>,
  retries: number,
): Promise<RunningWorker> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  const text = await readFile(settings, "utf8");
  const main = fileURLToPath(new URL("../../edge/worker.ts", import.meta.url));
  const config = join(folder, "wrangler.toml");
  await writeFile(
    config,
    text
      .replace('main = "edge/worker.ts"', `main = ${JSON.stringify(main)}`)
      .replaceAll(/^max_retries = .*$/gm, `max_retries = ${retries}`),
  );
  const worker = undo.use(await startWorker(environment, config));
  const resources = undo.move();
  return { url: worker.url, [Symbol.asyncDispose]: () => resources.disposeAsync() };
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
