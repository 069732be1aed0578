/**
 * Edge and runner as one program serves them, over a real store, but for what runs tasks: it takes
 * webhooks in and streams journals. Told to `append` by its parent, it runs the oldest task, and
 * appends to its journal as often as it is told.
 */
import { pino } from "pino";
import { Config } from "#cli/config.ts";
import { startEdge } from "#cli/edge-server.ts";
import { takingIn } from "#runner/http/admit.ts";
import { createRunnerApp, type RunnerAppOptions } from "#runner/http/app.ts";
import { listen } from "#runner/http/listen.ts";
import { Permissions } from "#runner/permission/permissions.ts";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import type { Claim } from "#runner/store/store.ts";
import { readConfig } from "#shared/config.ts";
import { healthy, idle, noLoad } from "../../runner-http/start-runner.ts";

const [folder = ""] = process.argv.slice(2);
// All clients of the followers have one address.
const settings = { port: 0, edge: { rate_limit: { api: 0 } } };
const config = readConfig(Config, settings, process.env);
const store = new SqliteStore({ folder, host: "bench" });
const http: RunnerAppOptions = {
  store,
  sessions: idle,
  permissions: new Permissions({ timeout: 60_000 }),
  secrets: config.runner_secret,
  queueLimit: Number.MAX_SAFE_INTEGER,
  isDraining: () => false,
  drain: async () => {},
  load: () => noLoad,
  health: async () => healthy,
  metrics: async () => ({ contentType: "text/plain", body: "" }),
  onError: (error) => console.error(error),
  closing: new AbortController().signal,
};
const app = createRunnerApp(http);
const runner = await listen({ fetch: app.fetch, host: "127.0.0.1", port: 0 });
const edge = await startEdge({
  config: { ...config, runner_url: [runner.url] },
  log: pino({ level: "silent" }),
  // As `cicd-runner serve` does, which is edge and runner in one program.
  runner: {
    fetch: async (input, init) => await app.fetch(new Request(input, init)),
    takeIn: takingIn(http),
  },
});

let claim: Claim | undefined;
process.on("message", async () => {
  claim ??= await store.claim();
  if (claim === undefined) throw new Error("Cannot append: there is no task");
  await store.append(claim, [{ type: "message.delta", data: { text: "One more word." } }]);
});
process.send?.(edge.url);
