import type { Hono } from "hono";
import { defaultDays, listUsage } from "#shared/routes/usage.ts";
import type { Store } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { serve } from "./serve.ts";

/** What telling of days needs. */
export interface UsageOptions {
  readonly store: Pick<Store, "usageByDay">;
}

/** Tells what each day took. */
export function serveUsage(app: Hono<RunnerEnv>, { store }: UsageOptions): void {
  serve(app, listUsage, async ({ query: { days = defaultDays } }) => ({
    days: await store.usageByDay(days),
  }));
}
