import * as z from "zod";
import { Share, Size } from "#shared/quantity.ts";

/** When the runner does with less. Sizes in bytes. */
export const FallbackConfig = z
  .strictObject({
    enabled: z.boolean().default(true).meta({
      description: "Whether the runner does with less when it is in trouble",
    }),
    auto_downgrade: z.boolean().default(true).meta({
      description: "Whether it does so by itself, by the limits below",
    }),
    degraded_when_memory_above: Size.prefault("1500MB").meta({
      description: "Memory of all CLI processes above which no more are kept",
    }),
    degraded_when_queue_depth_above: Share.default(0.8).meta({
      description: "The same for the share of `async.queue_size` that waits, 0 to 1",
    }),
    degraded_when_error_rate_above: Share.default(0.1).meta({
      description: "The same for the share of the last 20 tasks that failed, 0 to 1",
    }),
    one_shot_when_memory_above: Size.prefault("3GB").meta({
      description: "Memory above which each task gets a process of its own and none is kept",
    }),
    one_shot_when_consecutive_failures: z.int().positive().default(5).meta({
      description: "The same for failed tasks in a row",
    }),
  })
  .prefault({});
