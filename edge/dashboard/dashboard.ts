import { type Context, Hono } from "hono";
import { CicdError } from "#shared/error.ts";
import { statusOf } from "#shared/problem.ts";
import type { Scope } from "#shared/scope.ts";
import { requireScope } from "../api-auth.ts";
import { formActions } from "./form-actions.ts";
import { type DashboardEnv, type DashboardOptions, viewOf } from "./options.ts";
import { pages } from "./pages.ts";
import { problemPage } from "./problem-page.ts";
import { requireSameOrigin } from "./same-origin.ts";
import { script } from "./script.ts";
import { askToSignIn, scopeOf, signInRoutes } from "./sign-in.ts";
import { icon, style } from "./style.ts";

/**
 * The dashboard: pages over the API, for browsers that have signed in with a token of it. Mount it at
 * `dashboardPath`.
 */
export function dashboard(options: DashboardOptions): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.onError((thrown, c) => {
    const error = CicdError.from(thrown);
    const status = statusOf(error.code);
    if (status >= 500 && error.code !== "cancelled") options.onError(error, c.get("requestId"));
    const page = problemPage(viewOf(c, options), error, c.get("requestId"));
    return c.html(page, { status: asErrorStatus(status) });
  });
  asset(app, "/style.css", "text/css", style);
  asset(app, "/script.js", "text/javascript", script);
  asset(app, "/icon.svg", "image/svg+xml", icon);
  app.use(async (c, next) => {
    // What is shown is of this moment, and behind a sign-in.
    c.header("cache-control", "no-store");
    if (c.req.method === "POST") requireSameOrigin(c.req.raw, options.publicUrl);
    await next();
  });
  signInRoutes(app, options);
  app.use(async (c, next) => {
    const scope = scopeOf(c, options);
    if (scope === undefined) return askToSignIn(c, options);
    c.set("scope", scope);
    requireScope(scope, neededFor(c));
    await next();
  });
  pages(app, options);
  formActions(app, options);
  app.all("/*", (c) => {
    throw new CicdError("not_found", `Cannot find ${c.req.path}: no such page`);
  });
  return app;
}

function asset(app: Hono<DashboardEnv>, path: string, type: string, text: string): void {
  app.get(path, (c) =>
    c.body(text, { headers: { "content-type": type, "cache-control": "private, max-age=300" } }),
  );
}

/** What the API asks for the same. */
function neededFor(c: Context<DashboardEnv>): Scope {
  if (/\/(?:dead-letters|undelivered)(?:\/|$)/.test(c.req.path)) return "admin";
  return c.req.method === "POST" ? "write" : "read";
}

function asErrorStatus(status: number) {
  const known = [400, 401, 403, 404, 405, 409, 413, 415, 429, 503, 504] as const;
  return known.find((one) => one === status) ?? 500;
}
