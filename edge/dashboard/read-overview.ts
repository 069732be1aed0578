import type { Context } from "hono";
import { Health } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { listHosts } from "#shared/routes/hosts.ts";
import { listSessions } from "#shared/routes/sessions.ts";
import { listPermissions, listTasks } from "#shared/routes/tasks.ts";
import { listUsage } from "#shared/routes/usage.ts";
import { type Task, TerminalState } from "#shared/task.ts";
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
  // Each by itself: among the latest of all there may be none, where many wait.
  const ended = async () =>
    await Promise.all(TerminalState.options.map((state) => tasks({ state, limit: String(shown) })));
  const [health, hosts, sessions, kept, permissions, running, queued, latest, usage] =
    await Promise.all([
      healthOf(c, options),
      ask(listHosts),
      ask(listSessions),
      options.outbox.health(),
      ask(listPermissions),
      tasks({ state: "running" }),
      tasks({ state: "queued" }),
      ended(),
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
    latest: latest
      .flatMap((list) => list.tasks)
      .sort((one, other) => endOf(other) - endOf(one))
      .slice(0, shown),
    ...usage,
  };
}

/** How many tasks that have ended are shown. */
const shown = 12;

function endOf({ ended_at }: Task): number {
  return Date.parse(ended_at ?? "");
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
