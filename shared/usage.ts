import * as z from "zod";
import { Spending } from "./task.ts";

const Count = z.int().nonnegative();

/** One day (UTC): what the model was used for, and the tasks that ended. */
export const UsageDay = Spending.extend({
  day: z.iso.date(),
  tasks: z.object({ succeeded: Count, failed: Count, cancelled: Count, superseded: Count }),
  /** What tasks that were started waited before, and ran, in milliseconds; null without any. */
  mean_wait_ms: z.number().nonnegative().nullable(),
  mean_run_ms: z.number().nonnegative().nullable(),
});
/** {@link UsageDay} as a type. */
export type UsageDay = z.infer<typeof UsageDay>;

/** `GET /v1/usage`: each day, the last one today. */
export const Usages = z.object({ days: z.array(UsageDay) });
