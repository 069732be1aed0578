import type { Context, Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { CicdError } from "#shared/error.ts";
import { statusOf } from "#shared/problem.ts";
import type { Scope } from "#shared/scope.ts";
import { findToken } from "../api-auth.ts";
import { signingSecret } from "../connect-runner.ts";
import { basePath, type DashboardEnv, type DashboardOptions, viewOf } from "./options.ts";
import { readForm } from "./read-form.ts";
import { cookieName, openCookie, sealCookie } from "./session-cookie.ts";
import { signInPage } from "./sign-in-page.ts";

/** Signs browsers in and out. */
export function signInRoutes(app: Hono<DashboardEnv>, options: DashboardOptions): void {
  const base = basePath(options.publicUrl);
  app.get("/sign-in", async (c) => {
    const isSignedIn = scopeOf(c, options) !== undefined;
    return isSignedIn ? c.redirect(base, 303) : await askToSignIn(c, options);
  });
  app.post("/sign-in", async (c) => {
    const form = await readForm(c.req.raw);
    const next = ownPath(form.get("next"), base);
    const token = findToken(form.get("token")?.trim() ?? "", options.tokens);
    if (token === undefined) return await refuse(c, next, options);
    const until = options.now() + options.ttl;
    const secret = signingSecret(options.secrets);
    setCookie(c, cookieName, sealCookie(token, { secret, until }), {
      path: base,
      httpOnly: true,
      sameSite: "Strict",
      secure: isSecure(c, options),
      maxAge: Math.floor(options.ttl / 1000),
    });
    return c.redirect(next, 303);
  });
  app.post("/sign-out", (c) => {
    deleteCookie(c, cookieName, { path: base, secure: isSecure(c, options) });
    return c.redirect(base, 303);
  });
}

/** What the cookie of a request lets it do; undefined without a good one. */
export function scopeOf(
  c: Context<DashboardEnv>,
  { secrets, tokens, now }: DashboardOptions,
): Scope | undefined {
  return openCookie(getCookie(c, cookieName), { secrets, tokens, now: now() });
}

/** Asks who has not signed in to do so, and to come back. */
export function askToSignIn(
  c: Context<DashboardEnv>,
  options: DashboardOptions,
): Response | Promise<Response> {
  const base = basePath(options.publicUrl);
  const { pathname, search } = new URL(c.req.url);
  const isForeign = c.req.header("sec-fetch-site") === "cross-site" && c.req.method === "GET";
  const below = pathname.slice(pathname.indexOf("/dashboard") + "/dashboard".length);
  const next = ownPath(c.req.method === "GET" ? base + below + search : base, base);
  return c.html(signInPage(viewOf(c, options), { next, isForeign }), 401);
}

async function refuse(c: Context<DashboardEnv>, next: string, options: DashboardOptions) {
  const { now, publicUrl } = options;
  const unknown = new CicdError("unauthorized", "Cannot sign in: unknown token");
  const error = await options.refused(c, unknown);
  const view = viewOf(c, { now, publicUrl });
  const page = signInPage(view, { next, isForeign: false, trouble: error.message });
  return c.html(page, statusOf(error.code) === 429 ? 429 : 401);
}

/**
 * A path of a page of the dashboard; anything else that a form or a link says leads to its first one,
 * as does what leads here again.
 */
function ownPath(path: string | null, base: string): string {
  const isOwn = path !== null && /^[\w/.~%?=&-]*$/.test(path) && !path.includes("..");
  if (!isOwn || !path.startsWith(`${base}/`)) return base;
  return /^\/sign-(?:in|out)\b/.test(path.slice(base.length)) ? base : path;
}

/** A proxy in front may be the one that speaks TLS: whoever says so only gets less. */
function isSecure(c: Context<DashboardEnv>, { publicUrl = c.req.url }: DashboardOptions): boolean {
  return publicUrl.startsWith("https:") || c.req.header("x-forwarded-proto") === "https";
}
