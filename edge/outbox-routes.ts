import { type Context, Hono } from "hono";
import { CicdError } from "#shared/error.ts";
import type { DeadLetterList, ReplayAnswer } from "#shared/outbox.ts";
import type { Outbox } from "./outbox.ts";

/** What the routes about the outbox need. */
export interface OutboxRoutesOptions {
  readonly outbox: Outbox;
  /** Throws when the caller may not. */
  readonly authorize: (c: Context) => Promise<void>;
}

/** How many dead letters one list has. */
const listLimit = 500;

/** `/dead`, `/dead/replay` and `/dead/:id/replay`, the last for one forge where `?forge=` is given. */
export function outboxRoutes({ outbox, authorize }: OutboxRoutesOptions): Hono {
  const routes = new Hono();
  routes.use(async (c, next) => {
    await authorize(c);
    await next();
  });
  routes.get("/dead", async (c) => {
    const dead = [...(await outbox.dead(listLimit))];
    return c.json({ dead } satisfies DeadLetterList);
  });
  routes.post("/dead/replay", async (c) => {
    return c.json({ replayed: await outbox.replay({}) } satisfies ReplayAnswer);
  });
  routes.post("/dead/:id{[A-Za-z0-9][A-Za-z0-9._:-]*}/replay", async (c) => {
    const deliveryId = c.req.param("id");
    const forge = c.req.query("forge");
    const replayed = await outbox.replay({ deliveryId, ...(forge !== undefined && { forge }) });
    if (replayed > 0) return c.json({ replayed } satisfies ReplayAnswer);
    throw new CicdError("not_found", `Cannot replay delivery: ${deliveryId} is no dead letter`, {
      hint: "GET /v1/outbox/dead lists them",
    });
  });
  return routes;
}
