import type { Hono } from "hono";
import type { SkippedDelivery } from "#shared/api.ts";
import { skipDelivery } from "#shared/routes/deliveries.ts";
import type { Store } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { serve } from "./serve.ts";

/** What hearing of deliveries without a task needs. */
export interface SkippedOptions {
  readonly store: Pick<Store, "skip">;
  readonly onSkipped?: (delivery: Pick<SkippedDelivery, "forge" | "code">) => void;
}

/** How many are remembered: there may be many more of them than of tasks. */
const mostSkipped = 10_000;

/** Takes what the edge tells of deliveries that made no task. */
export function serveSkipped(
  app: Hono<RunnerEnv>,
  { store, onSkipped = () => {} }: SkippedOptions,
): void {
  serve(app, skipDelivery, async ({ body }) => {
    onSkipped(body);
    await store.skip(body, { limit: mostSkipped });
  });
}
