import { Hono } from "hono";
import * as z from "zod";
import type { CancelAnswer, TaskList } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { Forge } from "#shared/event.ts";
import { TaskState } from "#shared/task.ts";
import { deliveryKey } from "../store/enqueue.ts";
import type { Store } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { Limit, readQuery } from "./read-query.ts";
import type { SkippedDeliveries } from "./skipped-deliveries.ts";

/** What the routes about tasks need. */
export interface TaskOptions {
  readonly store: Pick<Store, "task" | "tasks" | "taskOfDelivery" | "cancel">;
  readonly skipped: SkippedDeliveries;
}

const ListQuery = z.strictObject({
  session_id: z.uuid().optional(),
  state: TaskState.optional(),
  limit: Limit,
});

const DeliveryQuery = z.strictObject({ forge: Forge.default("github") });

/** `/tasks`, `/tasks/:id`, `/tasks/:id/cancel` and `/deliveries/:id`. */
export function taskRoutes({ store, skipped }: TaskOptions): Hono<RunnerEnv> {
  const routes = new Hono<RunnerEnv>();
  routes.get("/tasks", async (c) => {
    const { session_id, state, limit } = readQuery(c, ListQuery);
    const tasks = await store.tasks({ sessionId: session_id, state, limit });
    return c.json({ tasks } satisfies TaskList);
  });
  routes.get("/tasks/:id", async (c) => {
    const id = c.req.param("id");
    return c.json((await store.task(id)) ?? missing("task", id));
  });
  routes.post("/tasks/:id/cancel", async (c) => {
    const id = c.req.param("id");
    const outcome = (await store.cancel(id, "Cancelled by request")) ?? missing("task", id);
    return c.json({ outcome } satisfies CancelAnswer);
  });
  routes.get("/deliveries/:id", async (c) => {
    const { forge } = readQuery(c, DeliveryQuery);
    const id = c.req.param("id");
    const key = deliveryKey({ forge, delivery_id: id });
    const found = (await store.taskOfDelivery(key)) ?? skipped.get(key);
    return c.json(found ?? missing("delivery", id));
  });
  return routes;
}

/** Refuses the id of a thing that there is not, or that could be none. */
export function missing(thing: string, id: string): never {
  throw new CicdError("not_found", `Cannot find ${thing}: ${id}`);
}
