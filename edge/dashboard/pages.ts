import type { Context, Hono } from "hono";
import type * as z from "zod";
import { Health } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import type { JournalEntry } from "#shared/journal.ts";
import type { Route } from "#shared/route.ts";
import { listDeadLetters } from "#shared/routes/dead-letters.ts";
import { listHosts } from "#shared/routes/hosts.ts";
import { Id } from "#shared/routes/parts.ts";
import { listSessions } from "#shared/routes/sessions.ts";
import {
  getTask,
  getTimeline,
  listPermissions,
  listTasks,
  readJournal,
} from "#shared/routes/tasks.ts";
import { listUsage } from "#shared/routes/usage.ts";
import { Task, TaskState } from "#shared/task.ts";
import { type Asking, callRunner } from "../call-runner.ts";
import { relay } from "../relay.ts";
import { deadLettersPage } from "./dead-letters-page.ts";
import { type DashboardEnv, type DashboardOptions, viewOf } from "./options.ts";
import { overviewPage } from "./overview-page.ts";
import { sessionsPage } from "./sessions-page.ts";
import { taskPage } from "./task-page.ts";
import { tasksPage } from "./tasks-page.ts";
import { usagePage } from "./usage-page.ts";

/** How many items a list shows. */
const listed = "100";
/** How many entries of a journal a page shows, at most: so many pages of so many. */
const journalPages = 10;
const journalPage = 500;

/** Serves the pages, each from what the runner answers now. */
export function pages(app: Hono<DashboardEnv>, options: DashboardOptions): void {
  const { runner, outbox, patience } = options;
  const asker = (c: Context<DashboardEnv>) => {
    const requestId = c.get("requestId");
    return <P extends z.ZodObject, A extends z.ZodType>(
      route: Route<P, z.ZodObject, z.ZodType, A>,
      asking: Asking = {},
    ) => callRunner(runner, route, { ...asking, requestId });
  };

  app.get("/", async (c) => {
    const ask = asker(c);
    const tasks = (query: Asking["query"]) => ask(listTasks, { query: { ...query } });
    const [health, hosts, sessions, kept, permissions, running, queued, latest, usage] =
      await Promise.all([
        healthOf(c, options),
        ask(listHosts),
        ask(listSessions),
        outbox.health(),
        ask(listPermissions),
        tasks({ state: "running" }),
        tasks({ state: "queued" }),
        tasks({ limit: "12" }),
        ask(listUsage, { query: { days: "30" } }),
      ]);
    const page = overviewPage(viewOf(c, options), {
      health,
      ...hosts,
      ...sessions,
      outbox: kept,
      ...permissions,
      running: running.tasks,
      queued: queued.tasks.toReversed(),
      latest: latest.tasks,
      ...usage,
    });
    return c.html(page);
  });

  app.get("/tasks", async (c) => {
    const state = TaskState.safeParse(c.req.query("state")).data;
    const sessionId = Id.safeParse({ id: c.req.query("session_id") }).data?.id;
    const query = { state, session_id: sessionId, limit: listed };
    const { tasks } = await asker(c)(listTasks, { query });
    return c.html(tasksPage(viewOf(c, options), { state, sessionId, tasks }));
  });

  app.get("/tasks/:id", async (c) => {
    const params = idOf(c);
    const ask = asker(c);
    const task = Task.parse(await ask(getTask, { params }));
    const [timeline, { permissions }] = await Promise.all([
      ask(getTimeline, { params }),
      ask(listPermissions),
    ]);
    const entries: JournalEntry[] = [];
    let more = true;
    for (let read = 0; more && read < journalPages; read += 1) {
      const after = String(entries.at(-1)?.seq ?? 0);
      const query = { after, limit: String(journalPage) };
      const page = await ask(readJournal, { params, query });
      entries.push(...page.entries);
      more = page.more;
    }
    const own = permissions.filter(({ task_id }) => task_id === task.id);
    const detail = { task, timeline, entries, more, permissions: own };
    return c.html(taskPage(viewOf(c, options), detail));
  });

  app.get("/tasks/:id/events", async (c) => {
    const path = `/v1/tasks/${idOf(c).id}/events`;
    return await relay(c.req.raw, { path, requestId: c.get("requestId"), runner, patience });
  });

  app.get("/sessions", async (c) => {
    const { sessions } = await asker(c)(listSessions, { query: { limit: listed } });
    return c.html(sessionsPage(viewOf(c, options), sessions));
  });

  app.get("/usage", async (c) => {
    const { days } = await asker(c)(listUsage, { query: { days: "30" } });
    return c.html(usagePage(viewOf(c, options), days));
  });

  app.get("/dead-letters", async (c) => {
    const [{ tasks }, undelivered] = await Promise.all([
      asker(c)(listDeadLetters, { query: { limit: listed } }),
      outbox.dead(Number(listed)),
    ]);
    return c.html(deadLettersPage(viewOf(c, options), { tasks, undelivered }));
  });
}

/** The runner's own word; an unhealthy one gives it with a status of its own. */
async function healthOf(c: Context<DashboardEnv>, { runner }: DashboardOptions): Promise<Health> {
  const requestId = c.get("requestId");
  const { body } = await runner.ask({ method: "GET", path: "/health", requestId });
  const health = Health.safeParse(body);
  if (health.success) return health.data;
  throw new CicdError("runner_unavailable", "Cannot read the runner's health", {
    cause: health.error,
  });
}

/** @throws CicdError `not_found` for what can't be the id of a task. */
function idOf(c: Context<DashboardEnv>): { id: string } {
  const id = Id.safeParse({ id: c.req.param("id") });
  if (id.success) return id.data;
  throw new CicdError("not_found", `Cannot find ${c.req.path}: no such page`);
}
