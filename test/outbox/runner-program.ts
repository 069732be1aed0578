/**
 * A runner's HTTP side over its real store, with nothing that works on tasks, in a program of its
 * own that tests kill: `runner-program.ts <folder> <port> <clock skew in ms> [dies]`. With `dies` it
 * kills itself between taking the first hand-off in and answering.
 */
import { createRunnerApp } from "#runner/http/app.ts";
import { listen } from "#runner/http/listen.ts";
import { Permissions } from "#runner/permission/permissions.ts";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import { runnerSecrets } from "#test/edge/settings.ts";
import { healthy, idle, noLoad } from "#test/runner-http/start-runner.ts";

const [, , folder = "", port = "", skew = "", dies = ""] = process.argv;

const app = createRunnerApp({
  store: new SqliteStore({ folder, host: "test" }),
  sessions: idle,
  permissions: new Permissions({ timeout: 60_000 }),
  secrets: runnerSecrets,
  now: () => Date.now() + Number(skew),
  queueLimit: 10_000,
  isDraining: () => false,
  drain: async () => {},
  load: () => noLoad,
  health: async () => healthy,
  metrics: async () => ({ contentType: "text/plain", body: "" }),
  onDelivery: () => {
    // The delivery is durable by now, and nobody was told.
    if (dies !== "") process.kill(process.pid, "SIGKILL");
  },
  closing: new AbortController().signal,
});
const { url } = await listen({ fetch: app.fetch, host: "127.0.0.1", port: Number(port) });
console.log(JSON.stringify({ event: "started", url }));
