import type { Context, Hono } from "hono";
import { CicdError } from "#shared/error.ts";
import { listDeadLetters } from "#shared/routes/dead-letters.ts";
import { Id } from "#shared/routes/parts.ts";
import { listSessions } from "#shared/routes/sessions.ts";
import { listTasks } from "#shared/routes/tasks.ts";
import { listUsage } from "#shared/routes/usage.ts";
import { TaskState } from "#shared/task.ts";
import { relay } from "../relay.ts";
import { askerOf } from "./asker.ts";
import { deadLettersPage } from "./dead-letters-page.ts";
import { lostRunnerPage } from "./lost-runner-page.ts";
import { type DashboardEnv, type DashboardOptions, viewOf } from "./options.ts";
import { overviewPage } from "./overview-page.ts";
import { readOverview } from "./read-overview.ts";
import { readTask } from "./read-task.ts";
import { mostReplayed, replayPage } from "./replay-page.ts";
import { sessionsPage } from "./sessions-page.ts";
import { taskPage } from "./task-page.ts";
import { tasksPage } from "./tasks-page.ts";
import { usagePage } from "./usage-page.ts";

/** How many items a list shows. */
const listed = 100;
/** One more tells whether there are more. */
const limit = String(listed + 1);

/** Serves the pages, each from what the runner answers now. */
export function pages(app: Hono<DashboardEnv>, options: DashboardOptions): void {
  const { runner, outbox, patience } = options;
  const asker = (c: Context<DashboardEnv>) => askerOf(c, options);

  app.get("/", async (c) => {
    try {
      return c.html(overviewPage(viewOf(c, options), await readOverview(c, options)));
    } catch (thrown) {
      const error = CicdError.from(thrown);
      if (error.code !== "runner_unavailable") throw error;
      return c.html(lostRunnerPage(viewOf(c, options), await outbox.health(), error), 503);
    }
  });

  app.get("/tasks", async (c) => {
    const state = TaskState.safeParse(c.req.query("state")).data;
    const sessionId = Id.safeParse({ id: c.req.query("session_id") }).data?.id;
    const query = { state, session_id: sessionId, limit };
    const { tasks } = await asker(c)(listTasks, { query });
    const listing = { tasks: tasks.slice(0, listed), more: tasks.length > listed };
    return c.html(tasksPage(viewOf(c, options), { state, sessionId, ...listing }));
  });

  app.get("/tasks/:id", async (c) => {
    return c.html(taskPage(viewOf(c, options), await readTask(c, options, idOf(c))));
  });

  app.get("/tasks/:id/events", async (c) => {
    const path = `/v1/tasks/${idOf(c).id}/events`;
    return await relay(c.req.raw, { path, requestId: c.get("requestId"), runner, patience });
  });

  app.get("/sessions", async (c) => {
    const { sessions } = await asker(c)(listSessions, { query: { limit } });
    const more = sessions.length > listed;
    return c.html(sessionsPage(viewOf(c, options), sessions.slice(0, listed), more));
  });

  app.get("/usage", async (c) => {
    const { days } = await asker(c)(listUsage, { query: { days: "30" } });
    return c.html(usagePage(viewOf(c, options), days));
  });

  app.get("/dead-letters", async (c) => {
    const [{ tasks }, undelivered] = await Promise.all([
      asker(c)(listDeadLetters, { query: { limit } }),
      outbox.dead(listed + 1),
    ]);
    const letters = {
      tasks: tasks.slice(0, listed),
      more: tasks.length > listed,
      undelivered: undelivered.slice(0, listed),
      moreUndelivered: undelivered.length > listed,
      queued: /^\d{1,3}$/.exec(c.req.query("queued") ?? "")?.[0],
      isFull: c.req.query("full") !== undefined,
    };
    return c.html(deadLettersPage(viewOf(c, options), letters));
  });

  app.get("/dead-letters/replay", async (c) => {
    const query = { limit: String(mostReplayed) };
    const { tasks } = await asker(c)(listDeadLetters, { query });
    return c.html(replayPage(viewOf(c, options), tasks.length));
  });
}

/** @throws CicdError `not_found` for what can't be the id of a task. */
function idOf(c: Context<DashboardEnv>): { id: string } {
  const id = Id.safeParse({ id: c.req.param("id") });
  if (id.success) return id.data;
  throw new CicdError("not_found", `Cannot find ${c.req.path}: no such page`);
}
