import { type Context, Hono, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { NONCE, secureHeaders } from "hono/secure-headers";
import { CicdError } from "#shared/error.ts";
import { problemResponse, statusOf } from "#shared/problem.ts";
import { routerPath } from "#shared/route.ts";
import { getDocs } from "#shared/routes/edge.ts";
import { dashboardPath } from "./dashboard/view.ts";
import type { EdgeEnv } from "./env.ts";

/** What all routes of an edge have around them. */
export interface ShellOptions {
  /** Origins whose pages may call the API. */
  readonly corsOrigins: readonly string[];
  /** Told of each answer with a 5xx status, unless the client left. */
  readonly onError: (error: CicdError, requestId: string) => void;
}

/**
 * An app without routes of its own: each request gets an id, each answer the headers that keep browsers from
 * doing more with it than they have to, and whatever is thrown becomes a problem.
 */
export function createShell({ corsOrigins, onError }: ShellOptions): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>();
  app.use(requestId({ limitLength: 64 }), showRequestId);
  // What is around the other has the last word.
  app.use(`${dashboardPath}/*`, secureHeaders(dashboardSecurity));
  app.use(routerPath(getDocs), secureHeaders(docsSecurity));
  app.use(secureHeaders(security));
  app.use(corsFor(corsOrigins));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }));
  app.notFound((c) => {
    const error = new CicdError("not_found", `Cannot find ${c.req.path}: no such path`);
    return problemResponse(error, c.get("requestId"));
  });
  app.onError((thrown, c) => {
    const error = CicdError.from(thrown);
    const id = c.get("requestId");
    const clientLeft = error.code === "cancelled";
    if (statusOf(error.code) >= 500 && !clientLeft) onError(error, id);
    return problemResponse(error, id);
  });
  return app;
}

/** Nothing that is served here loads anything, or may be put into a frame. */
const security = {
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

/** The one page with a style of its own. A nonce is made for no other answer: it costs as much as all else here. */
const docsSecurity = {
  contentSecurityPolicy: { ...security.contentSecurityPolicy, styleSrc: [NONCE] },
};

/** Pages of the dashboard send forms to it, and their script asks it for what is new. */
const dashboardSecurity = {
  contentSecurityPolicy: {
    ...docsSecurity.contentSecurityPolicy,
    scriptSrc: [NONCE],
    connectSrc: ["'self'"],
    imgSrc: ["'self'"],
    formAction: ["'self'"],
  },
};

/**
 * Answers are made as plain responses, which don't carry what was set on the context before. Setting
 * it there afterwards would make another response of each, and a stream of its body.
 */
async function showRequestId(c: Context<EdgeEnv>, next: () => Promise<void>): Promise<void> {
  await next();
  c.res.headers.set("x-request-id", c.get("requestId"));
}

/** What pages of other origins may do; without any origin there is nothing to say. */
function corsFor(origins: readonly string[]): MiddlewareHandler {
  if (origins.length === 0) return async (_, next) => await next();
  return cors({
    origin: [...origins],
    allowMethods: ["GET", "HEAD", "POST", "DELETE"],
    allowHeaders: ["authorization", "content-type", "last-event-id", "x-request-id"],
    exposeHeaders: ["x-request-id", "retry-after"],
    maxAge: 600,
  });
}

function refuseMethod(c: Context<EdgeEnv>, methods: string[]): Response {
  const allowed = methods.join(", ");
  const error = new CicdError("method_not_allowed", `Cannot ${c.req.method} ${c.req.path}`, {
    hint: `Use ${allowed}`,
  });
  const response = problemResponse(error, c.get("requestId"));
  response.headers.set("allow", allowed);
  return response;
}
