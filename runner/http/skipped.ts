import type { Hono } from "hono";
import type { SkippedDelivery } from "#shared/api.ts";
import { skipDelivery } from "#shared/routes/deliveries.ts";
import type { RunnerEnv } from "./env.ts";
import { serve } from "./serve.ts";
import type { SkippedDeliveries } from "./skipped-deliveries.ts";

/** What hearing of deliveries without a task needs. */
export interface SkippedOptions {
  readonly skipped: SkippedDeliveries;
  readonly onSkipped?: (delivery: Pick<SkippedDelivery, "forge" | "code">) => void;
}

/** Takes what the edge tells of deliveries that made no task. */
export function serveSkipped(
  app: Hono<RunnerEnv>,
  { skipped, onSkipped = () => {} }: SkippedOptions,
): void {
  serve(app, skipDelivery, async ({ body }) => {
    skipped.add(body);
    onSkipped(body);
  });
}
