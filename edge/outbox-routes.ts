import type { Context, Hono } from "hono";
import { CicdError } from "#shared/error.ts";
import type { DeadLetterList, ReplayAnswer } from "#shared/outbox.ts";
import { routerPath } from "#shared/route.ts";
import { listUndelivered, replayAllUndelivered, replayUndelivered } from "#shared/routes/outbox.ts";
import { authorize } from "./api-auth.ts";
import type { ApiToken } from "./config.ts";
import type { EdgeEnv } from "./env.ts";
import type { Outbox } from "./outbox.ts";

/** What the routes about dead letters need. */
export interface OutboxRoutesOptions {
  readonly outbox: Outbox;
  readonly tokens: readonly ApiToken[];
}

/** How many dead letters one list has. */
const listLimit = 500;

/** Serves what the edge itself knows of deliveries that the runner has refused. */
export function outboxRoutes(app: Hono<EdgeEnv>, { outbox, tokens }: OutboxRoutesOptions): void {
  const admin = (c: Context) => authorize(c.req.header("authorization"), tokens, "admin");

  app.get(routerPath(listUndelivered), async (c) => {
    admin(c);
    const dead = [...(await outbox.dead(listLimit))];
    return c.json({ dead } satisfies DeadLetterList);
  });
  app.post(routerPath(replayAllUndelivered), async (c) => {
    admin(c);
    return c.json({ replayed: await outbox.replay({}) } satisfies ReplayAnswer);
  });
  app.post(routerPath(replayUndelivered), async (c) => {
    admin(c);
    const deliveryId = c.req.param("delivery_id") ?? "";
    const query = replayUndelivered.query.safeParse(c.req.query());
    if (!query.success) {
      throw new CicdError("invalid_request", "Cannot read request: query.forge is the only one");
    }
    const { forge } = query.data;
    const replayed = await outbox.replay({ deliveryId, ...(forge !== undefined && { forge }) });
    if (replayed > 0) return c.json({ replayed } satisfies ReplayAnswer);
    throw new CicdError("not_found", `Cannot replay delivery: ${deliveryId} is no dead letter`, {
      hint: "GET /v1/outbox/dead lists them",
    });
  });
}
