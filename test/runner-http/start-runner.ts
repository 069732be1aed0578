import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { createRunnerApp, type RunnerAppOptions } from "#runner/http/app.ts";
import type { SessionControl } from "#runner/http/session-control.ts";
import { Permissions } from "#runner/permission/permissions.ts";
import type { HostLoad } from "#runner/store/cluster.ts";
import type { Health } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { seal, sealHeader } from "#shared/seal.ts";
import { Level } from "./level.ts";
import { WatchedStore } from "./watched-store.ts";

/** The secrets of the runners that {@link startRunner} starts: the current and the former one. */
export const secrets: readonly [string, string] = ["current-secret-000", "former-secret-0000"];

/** How a request is sent; it is sealed unless `headers` has a seal. */
export interface SendOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string goes as it is, all else as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** A runner's HTTP side on loopback, over a real store in a temporary folder. */
export interface TestRunner extends AsyncDisposable {
  readonly port: number;
  /** Where the store lies. */
  readonly folder: string;
  readonly store: WatchedStore;
  /** Clients that follow a task. */
  readonly clients: Level;
  /** What went to `onError`. */
  readonly errors: CicdError[];
  readonly closing: AbortController;
  send(path: string, options?: SendOptions): Promise<Response>;
}

/** Starts one; `options` replace its parts. */
export async function startRunner(options: Partial<RunnerAppOptions> = {}): Promise<TestRunner> {
  const folder = await mkdtemp(join(tmpdir(), "runner-http-"));
  const store = new WatchedStore({ folder, host: "test" });
  const clients = new Level();
  const closing = new AbortController();
  const errors: CicdError[] = [];
  const app = createRunnerApp({
    store,
    sessions: idle,
    permissions: new Permissions({ timeout: 60_000 }),
    secrets,
    queueLimit: 100,
    isDraining: () => false,
    drain: async () => {},
    load: () => noLoad,
    health: async () => healthy,
    metrics: async () => ({ contentType: "text/plain", body: "" }),
    onError: (error) => errors.push(error),
    onSseClients: (delta) => clients.add(delta),
    closing: closing.signal,
    ...options,
  });
  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    port,
    folder,
    store,
    clients,
    errors,
    closing,
    send: (path, sendOptions) => send(`http://127.0.0.1:${port}`, path, sendOptions),
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      if (server instanceof Server) server.closeAllConnections();
      await closed;
      // A stream that still ran would read a closed store.
      await clients.until(0);
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

/** Sessions of which none has a process. */
export const idle: SessionControl = {
  processOf: () => undefined,
  terminate: async () => false,
  say: async () => {
    throw new CicdError("conflict", "No turn runs");
  },
};

/** What a host has to do that has nothing to do. */
export const noLoad: HostLoad = { running: 0, capacity: 0, sessions: 0, memoryBytes: 0 };

/** What the runner says of itself when all is well. */
export const healthy: Health = {
  status: "healthy",
  sessions: 0,
  queue_depth: 0,
  oldest_queued_seconds: null,
  running: 0,
  degradation_level: 0,
  breaker: "closed",
  problems: [],
  version: "0.0.0",
  uptime_seconds: 1,
};

async function send(
  origin: string,
  path: string,
  { method = "GET", headers = {}, body, signal }: SendOptions = {},
): Promise<Response> {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const sealed = { method, path, body: new TextEncoder().encode(text) };
  return await fetch(origin + path, {
    method,
    headers: {
      ...(text !== undefined && { "content-type": "application/json" }),
      [sealHeader]: seal(secrets[0], sealed, Date.now()),
      ...headers,
    },
    ...(text !== undefined && { body: text }),
    ...(signal !== undefined && { signal }),
  });
}
