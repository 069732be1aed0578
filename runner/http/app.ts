import { Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { followTask } from "#shared/routes/tasks.ts";
import type { Store } from "../store/store.ts";
import { type AdmitOptions, serveDeliveries } from "./admit.ts";
import { type DeadLetterOptions, serveDeadLetters } from "./dead-letters.ts";
import { type DeliveryOptions, serveKnownDeliveries } from "./deliveries.ts";
import type { RunnerEnv } from "./env.ts";
import * as failures from "./failures.ts";
import { type HostOptions, serveHosts } from "./hosts.ts";
import { type MessageOptions, serveMessages } from "./messages.ts";
import { type PermissionOptions, servePermissions } from "./permissions.ts";
import { type ProbeOptions, probeRoutes, serveHealth } from "./probes.ts";
import { type SealOptions, sealed } from "./sealed.ts";
import { serveRaw } from "./serve.ts";
import type { SessionControl } from "./session-control.ts";
import { type SessionOptions, serveSessions } from "./sessions.ts";
import { type SkippedOptions, serveSkipped } from "./skipped.ts";
import { type TaskEventsOptions, taskEvents } from "./task-events.ts";
import { serveTasks, type TaskOptions } from "./tasks.ts";
import { serveTimelines, type TimelineOptions } from "./timelines.ts";
import { type HolderOptions, serveAtHolder } from "./to-holder.ts";
import { serveUsage, type UsageOptions } from "./usage.ts";

/** What the runner's HTTP side needs; each route file says what it takes of it and why. */
export interface RunnerAppOptions
  extends SealOptions,
    AdmitOptions,
    DeliveryOptions,
    SkippedOptions,
    TaskOptions,
    TaskEventsOptions,
    TimelineOptions,
    UsageOptions,
    SessionOptions,
    MessageOptions,
    PermissionOptions,
    HolderOptions,
    HostOptions,
    DeadLetterOptions,
    ProbeOptions {
  readonly store: Store;
  readonly sessions: SessionControl;
}

/**
 * The runner's HTTP side: the sealed routes under `/v1` for the edge, open probes beside them.
 * Every error is a problem (RFC 9457) with the id of its request. Serve it as `fetch: app.fetch`:
 * streams drop stuck clients through the bindings that `@hono/node-server` passes along.
 */
export function createRunnerApp(options: RunnerAppOptions): Hono<RunnerEnv> {
  const app = new Hono<RunnerEnv>();
  app.onError(failures.failed(options));
  app.notFound(failures.notFound);
  app.use(requestId());
  app.use(methodNotAllowed({ app, onMethodNotAllowed: failures.methodNotAllowed }));
  app.use("/v1/*", sealed(options));
  serveAtHolder(app, options);
  serveDeliveries(app, options);
  serveSkipped(app, options);
  serveKnownDeliveries(app, options);
  serveTasks(app, options);
  serveRaw(app, followTask, taskEvents(options));
  serveTimelines(app, options);
  serveUsage(app, options);
  servePermissions(app, options);
  serveSessions(app, options);
  serveMessages(app, options);
  serveHosts(app, options);
  serveDeadLetters(app, options);
  serveHealth(app, options);
  app.route("/", probeRoutes(options));
  return app;
}
