import type { Context, Hono } from "hono";
import type * as z from "zod";
import { PermissionAnswer } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import type { Route } from "#shared/route.ts";
import { replayDeadLetter, replayDeadLetters } from "#shared/routes/dead-letters.ts";
import { replayUndelivered } from "#shared/routes/outbox.ts";
import { answerPermission, cancelTask } from "#shared/routes/tasks.ts";
import { type Asking, callRunner } from "../call-runner.ts";
import { basePath, type DashboardEnv, type DashboardOptions } from "./options.ts";
import { readForm } from "./read-form.ts";
import { mostReplayed } from "./replay-page.ts";

/** Does what the buttons say, then leads to the page that shows what became of it. */
export function formActions(app: Hono<DashboardEnv>, options: DashboardOptions): void {
  const { runner, outbox, publicUrl } = options;
  const base = basePath(publicUrl);
  const ask = <P extends z.ZodObject, A extends z.ZodType>(
    c: Context<DashboardEnv>,
    route: Route<P, z.ZodObject, z.ZodType, A>,
    asking: Omit<Asking, "params">,
  ) => {
    const params = route.params.safeParse(c.req.param());
    if (!params.success) throw new CicdError("not_found", `Cannot find ${c.req.path}`);
    const requestId = c.get("requestId");
    return callRunner(runner, route, { ...asking, params: c.req.param(), requestId });
  };

  app.post("/tasks/:id/cancel", async (c) => {
    await ask(c, cancelTask, {});
    return c.redirect(`${base}/tasks/${c.req.param("id")}`, 303);
  });
  app.post("/tasks/:id/permissions/:request_id", async (c) => {
    const form = await readForm(c.req.raw);
    const body = PermissionAnswer.safeParse({ behavior: form.get("behavior") });
    if (!body.success) {
      throw new CicdError("invalid_request", "Cannot read form: behavior must be allow or deny");
    }
    await ask(c, answerPermission, { body: body.data });
    return c.redirect(`${base}/tasks/${c.req.param("id")}`, 303);
  });
  app.post("/dead-letters/replay", async (c) => {
    const limit = Number((await readForm(c.req.raw)).get("limit") ?? mostReplayed);
    const body = replayDeadLetters.body.safeParse({ limit });
    if (!body.success) {
      const message = `Cannot read form: limit must be a whole number from 1 to ${mostReplayed}`;
      throw new CicdError("invalid_request", message);
    }
    const { replays, more } = await ask(c, replayDeadLetters, { body: body.data });
    // Less than were asked for, and more are left: what ended it was the queue.
    const full = more && replays.length < limit ? "&full" : "";
    return c.redirect(`${base}/dead-letters?queued=${replays.length}${full}`, 303);
  });
  app.post("/dead-letters/:task_id/replay", async (c) => {
    const { task_id } = await ask(c, replayDeadLetter, {});
    return c.redirect(`${base}/tasks/${task_id}`, 303);
  });
  app.post("/undelivered/:delivery_id/replay", async (c) => {
    const params = replayUndelivered.params.safeParse(c.req.param());
    const deliveryId = params.data?.delivery_id;
    if (deliveryId === undefined || (await outbox.replay({ deliveryId })) === 0) {
      throw new CicdError("not_found", "Cannot replay delivery: it is no dead letter");
    }
    return c.redirect(`${base}/dead-letters`, 303);
  });
}
