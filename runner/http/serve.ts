import type { Context, Handler, Hono } from "hono";
import type * as z from "zod";
import { CicdError } from "#shared/error.ts";
import { readQuery } from "#shared/read-query.ts";
import { type Route, routerPath } from "#shared/route.ts";
import type { RunnerEnv } from "./env.ts";
import { readJson } from "./read-json.ts";

/** A request as its route declares it, checked. */
export interface Input<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
}

/**
 * Serves a route: `handle` gets what was checked, and what it returns is the answer, with the
 * status of the route unless it sets another of the declared ones by `c.status`.
 * @throws CicdError from requests: `not_found` for parts of the path that nothing can have,
 * `invalid_request`, `unsupported_media_type`; and what `handle` throws.
 */
export function serve<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  A extends z.ZodType,
>(
  app: Hono<RunnerEnv>,
  route: Route<P, Q, B, A>,
  handle: (input: Input<P, Q, B>, c: Context<RunnerEnv>) => Promise<z.input<A>>,
): void {
  serveRaw(app, route, async (c) => {
    c.status(route.status);
    const answer = await handle(await readInput(c, route), c);
    if (route.status === 204) return c.body(null);
    return c.body(JSON.stringify(answer), { headers: { "content-type": "application/json" } });
  });
}

/** Serves a route whose handler makes the response itself, such as a stream. */
export function serveRaw(
  app: Hono<RunnerEnv>,
  route: Pick<Route, "method" | "path">,
  handler: Handler<RunnerEnv>,
): void {
  app.on(route.method, [routerPath(route)], handler);
}

/**
 * Reads what a route takes of a request.
 * @throws CicdError as {@link serve} says.
 */
export async function readInput<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  c: Context<RunnerEnv>,
  route: Route<P, Q, B>,
): Promise<Input<P, Q, B>> {
  const params = route.params.safeParse(c.req.param());
  if (!params.success) throw new CicdError("not_found", `Cannot find ${c.req.path}`);
  return {
    params: params.data,
    // Of a key that is there twice the first value counts.
    query: readQuery(c.req.query(), route.query),
    body: await readJson(c, route.body),
  };
}
