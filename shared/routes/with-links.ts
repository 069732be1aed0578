import * as z from "zod";
import { TaskLinks } from "../api.ts";
import { type Route, route } from "../route.ts";

/**
 * A route whose answer names a task, as the public has it: the edge adds signed links to the task.
 * The runner serves the route without.
 */
export function withLinks<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  A extends z.ZodType<{ task_id: string }>,
>(runners: Route<P, Q, B, A>) {
  const answer = z.intersection(runners.answer, TaskLinks);
  const statuses = Object.keys(runners.also ?? {});
  const also = Object.fromEntries(statuses.map((status) => [status, answer]));
  return route({ ...runners, answer, also, links: true });
}
