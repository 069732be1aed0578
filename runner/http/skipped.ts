import type { Handler } from "hono";
import { SkippedDelivery } from "#shared/api.ts";
import type { RunnerEnv } from "./env.ts";
import { readJson } from "./read-json.ts";
import type { SkippedDeliveries } from "./skipped-deliveries.ts";

/** What hearing of deliveries without a task needs. */
export interface SkippedOptions {
  readonly skipped: SkippedDeliveries;
  readonly onSkipped?: (delivery: Pick<SkippedDelivery, "forge" | "code">) => void;
}

/**
 * `POST /v1/deliveries/skipped`: the edge tells of a delivery that made no task, and why.
 * @throws CicdError `unsupported_media_type`, `invalid_request`.
 */
export function takeSkipped({ skipped, onSkipped }: SkippedOptions): Handler<RunnerEnv> {
  return async (c) => {
    const delivery = await readJson(c, SkippedDelivery, "delivery");
    skipped.add(delivery);
    onSkipped?.(delivery);
    return c.body(null, 204);
  };
}
