import type { Context } from "hono";
import type * as z from "zod";
import type { Route } from "#shared/route.ts";
import { type Asking, callRunner } from "../call-runner.ts";
import type { DashboardEnv, DashboardOptions } from "./options.ts";

/**
 * Asks the runner for the page of a request.
 * @throws CicdError from the function that it gives, as {@link callRunner} does.
 */
export function askerOf(c: Context<DashboardEnv>, { runner }: DashboardOptions) {
  const requestId = c.get("requestId");
  return <P extends z.ZodObject, A extends z.ZodType>(
    route: Route<P, z.ZodObject, z.ZodType, A>,
    asking: Asking = {},
  ) => callRunner(runner, route, { ...asking, requestId });
}
