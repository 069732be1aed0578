import type { Task } from "#shared/task.ts";

/**
 * Whether what comes of a task is said under its pull request: to whoever gave a command in a
 * comment, and what was analyzed or tested by a rule. What the API asks is answered there alone.
 */
export function isAnswered({ kind, event, delivery_id }: AnsweredTask): boolean {
  if (delivery_id.startsWith("message:")) return false;
  return event.type === "comment" || kind === "ask" || kind === "analyze" || kind === "test";
}

/** What tells it. */
export type AnsweredTask = Pick<Task, "kind" | "event" | "delivery_id">;
