import type { Context } from "hono";
import { Health } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { listHosts } from "#shared/routes/hosts.ts";
import { listSessions } from "#shared/routes/sessions.ts";
import { listPermissions, listTasks } from "#shared/routes/tasks.ts";
import { listUsage } from "#shared/routes/usage.ts";
import type { Asking } from "../call-runner.ts";
import { askerOf } from "./asker.ts";
import type { DashboardEnv, DashboardOptions } from "./options.ts";
import type { Overview } from "./overview-page.ts";

/**
 * Asks for all that the first page shows, at once.
 * @throws CicdError `runner_unavailable` when no runner answers.
 */
export async function readOverview(
  c: Context<DashboardEnv>,
  options: DashboardOptions,
): Promise<Overview> {
  const ask = askerOf(c, options);
  const tasks = (query: Asking["query"]) => ask(listTasks, { query: { ...query } });
  const [health, hosts, sessions, kept, permissions, running, queued, latest, usage] =
    await Promise.all([
      healthOf(c, options),
      ask(listHosts),
      ask(listSessions),
      options.outbox.health(),
      ask(listPermissions),
      tasks({ state: "running" }),
      tasks({ state: "queued" }),
      tasks({ limit: "12" }),
      ask(listUsage, { query: { days: "30" } }),
    ]);
  return {
    health,
    ...hosts,
    ...sessions,
    outbox: kept,
    ...permissions,
    running: running.tasks,
    queued: queued.tasks.toReversed(),
    latest: latest.tasks,
    ...usage,
  };
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
