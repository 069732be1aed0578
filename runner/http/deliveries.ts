import type { Hono } from "hono";
import { getDelivery, takeReplay } from "#shared/routes/deliveries.ts";
import { deliveryKey } from "../store/enqueue.ts";
import type { Store } from "../store/store.ts";
import { queueFull, shuttingDown } from "./admit.ts";
import type { RunnerEnv } from "./env.ts";
import { serve } from "./serve.ts";
import { missing } from "./tasks.ts";

/** What the routes about known deliveries need. */
export interface DeliveryOptions {
  readonly store: Pick<Store, "taskOfDelivery" | "skippedDelivery" | "replay">;
  /** How many tasks may be queued. */
  readonly queueLimit: number;
  /** Whether the runner stops, and so takes nothing in. */
  readonly isDraining: () => boolean;
}

/** Shows what became of deliveries, and runs again what has failed. */
export function serveKnownDeliveries(app: Hono<RunnerEnv>, options: DeliveryOptions): void {
  const { store, queueLimit, isDraining } = options;
  serve(app, getDelivery, async ({ params: { id }, query: { forge = "github" } }) => {
    const key = deliveryKey({ forge, delivery_id: id });
    const told = (await store.taskOfDelivery(key)) ?? (await store.skippedDelivery(key));
    return told ?? missing("delivery", id);
  });
  serve(app, takeReplay, async ({ params: { id }, query: { forge = "github" } }, c) => {
    if (isDraining()) throw shuttingDown("replay delivery");
    const key = deliveryKey({ forge, delivery_id: id });
    const task = (await store.taskOfDelivery(key)) ?? missing("delivery", id);
    const replayed =
      (await store.replay(task.id, { limit: queueLimit })) ?? missing("delivery", id);
    if (replayed.outcome === "full") throw queueFull("replay delivery", replayed.depth);
    if (replayed.outcome === "duplicate") c.status(200);
    const { outcome, taskId, sessionId } = replayed;
    return { outcome, task_id: taskId, session_id: sessionId };
  });
}
