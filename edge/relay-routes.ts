import type { Context, Hono } from "hono";
import { CicdError } from "#shared/error.ts";
import { filledPath, type Route, routerPath } from "#shared/route.ts";
import { relayedRoutes } from "#shared/routes/public.ts";
import { authorize } from "./api-auth.ts";
import type { ApiToken } from "./config.ts";
import type { EdgeEnv } from "./env.ts";
import { authorizeLink, type LinkOptions } from "./link.ts";
import { addLinks } from "./links-to-answer.ts";
import type { Outbox } from "./outbox.ts";
import { relay } from "./relay.ts";
import { relayTask } from "./relay-task.ts";
import type { RunnerClient } from "./runner-client.ts";

/** What relaying the API needs. */
export interface RelayRoutesOptions {
  readonly runner: RunnerClient;
  /** How long a client that follows a task waits for a runner that goes on, in milliseconds. */
  readonly patience: number;
  /** Tells of tasks that are still on their way to the runner. */
  readonly outbox: Outbox;
  readonly tokens: readonly ApiToken[];
  /** The secrets that links are checked with; several while they are rotated. */
  readonly linkSecrets: readonly string[];
  readonly link: LinkOptions;
  /** Base of the links; default: the origin of the request. */
  readonly publicUrl: string | undefined;
  readonly now: () => number;
}

/** Serves what the runner answers: each route after its check of who asks. */
export function relayRoutes(app: Hono<EdgeEnv>, options: RelayRoutesOptions): void {
  for (const route of relayedRoutes) {
    app.on(route.method, [routerPath(route)], async (c) => {
      const admitted = admit(c, route, options);
      const params = route.params.safeParse(c.req.param());
      if (!params.success) throw new CicdError("not_found", `Cannot find ${c.req.path}`);
      const path = filledPath(route, params.data);
      const requestId = c.get("requestId");
      const { runner, patience, outbox } = options;
      const context = { path, requestId, runner, patience, isOnce: route.once ?? false };
      const taskId = c.req.param("id") ?? "";
      const isLink = admitted === "link";
      const answer =
        route.access === "link"
          ? await relayTask(c.req.raw, { ...context, taskId, isLink, outbox })
          : await relay(c.req.raw, context);
      return route.links ? await addLinks(answer, c.req.url, { route, ...options }) : answer;
    });
  }
}

/**
 * By what the caller is let in.
 * @throws CicdError `unauthorized` or `forbidden` for who may not ask.
 */
function admit(
  c: Context,
  { access }: Route,
  { tokens, linkSecrets, now }: RelayRoutesOptions,
): "token" | "link" {
  const header = c.req.header("authorization");
  const token = c.req.query("token");
  switch (access) {
    case "read":
    case "write":
    case "admin":
      authorize(header, tokens, access);
      return "token";
    case "link":
      // Whoever sends a header means it: a good link beside a bad token opens nothing.
      if (token === undefined || header !== undefined) {
        authorize(header, tokens, "read");
        return "token";
      }
      authorizeLink(linkSecrets, c.req.param("id") ?? "", token, now());
      return "link";
    case "signature":
    case "open":
      throw new TypeError(`Cannot relay a route whose access is ${access}`);
  }
}
