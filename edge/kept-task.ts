import type { HandOff } from "#shared/api.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import type { Task } from "#shared/task.ts";

/**
 * The task of a delivery that the runner does not have yet, as the API shows it: `queued`, or
 * `failed` when it is a dead letter. Why is for operators alone: a link to a task is no token of
 * theirs.
 */
export function keptTask(
  { task_id, delivery_id, kind, event }: HandOff,
  { at, deadAt }: { at: number; deadAt: number | null },
): Task {
  return {
    id: task_id,
    session_id: sessionIdOf(event),
    delivery_id,
    kind,
    state: deadAt === null ? "queued" : "failed",
    attempt: 0,
    event,
    message: null,
    result: null,
    error: deadAt === null ? null : refused,
    created_at: new Date(at).toISOString(),
    started_at: null,
    ended_at: deadAt === null ? null : new Date(deadAt).toISOString(),
  };
}

const refused = {
  code: "runner_unavailable",
  category: "transient",
  message: "Cannot hand over to runner: it refused the delivery",
  hint: "An operator sees why with `cicd-runner outbox list`, and can replay it",
} as const;
