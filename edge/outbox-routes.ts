import type { Context, Hono } from "hono";
import type * as z from "zod";
import { CicdError } from "#shared/error.ts";
import type { DeadLetterList, ReplayAnswer } from "#shared/outbox.ts";
import { readQuery } from "#shared/read-query.ts";
import { type Route, routerPath } from "#shared/route.ts";
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
  const admit = <Q extends z.ZodObject>(c: Context, { query }: Route<z.ZodObject, Q>) => {
    authorize(c.req.header("authorization"), tokens, "admin");
    return readQuery(c.req.query(), query);
  };

  app.get(routerPath(listUndelivered), async (c) => {
    admit(c, listUndelivered);
    const dead = [...(await outbox.dead(listLimit))];
    return c.json({ dead } satisfies DeadLetterList);
  });
  app.post(routerPath(replayAllUndelivered), async (c) => {
    admit(c, replayAllUndelivered);
    return c.json({ replayed: await outbox.replay({}) } satisfies ReplayAnswer);
  });
  app.post(routerPath(replayUndelivered), async (c) => {
    const { forge } = admit(c, replayUndelivered);
    const deliveryId = c.req.param("delivery_id") ?? "";
    const replayed = await outbox.replay({ deliveryId, ...(forge !== undefined && { forge }) });
    if (replayed > 0) return c.json({ replayed } satisfies ReplayAnswer);
    throw new CicdError("not_found", `Cannot replay delivery: ${deliveryId} is no dead letter`, {
      hint: "GET /v1/outbox/dead lists them",
    });
  });
}
