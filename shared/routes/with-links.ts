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
  return route({ ...runners, answer: z.intersection(runners.answer, TaskLinks), links: true });
}
