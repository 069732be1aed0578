import { CicdError } from "#shared/error.ts";
import { TaskEvent } from "#shared/task-event.ts";
import { insertTask } from "./insert-task.ts";
import type { Asked } from "./store.ts";
import { countQueued } from "./task-table.ts";
import { type Clock, lock, type Row, row, type Work } from "./work.ts";

/** A question and where it goes, and how many tasks may wait. */
export interface Question {
  readonly taskId: string;
  readonly text: string;
  readonly limit: number;
  readonly priority: number;
  readonly now: Clock;
}

/**
 * Makes a task of what somebody asks in a session; undefined when there is no such session. No
 * delivery has brought it, so that it is in no table of them.
 */
export function* enqueueQuestion(
  sessionId: string,
  { taskId, text, limit, priority, now }: Question,
): Work<Asked | undefined> {
  yield* lock(sessionId);
  const latest = yield* latestTask(sessionId);
  if (latest === undefined) return undefined;
  if ((yield* row("SELECT 1 FROM task WHERE id = ?", taskId)) !== undefined) {
    throw new CicdError("conflict", `Cannot take in question: there is a task ${taskId}`);
  }
  const depth = yield* countQueued();
  if (depth >= limit) return { outcome: "full", depth };
  const task = {
    id: taskId,
    sessionId,
    deliveryId: `message:${taskId}`,
    kind: "ask",
    supersedeKey: null,
    priority,
    event: JSON.stringify(allowed(TaskEvent.parse(JSON.parse(String(latest.event))))),
    message: text,
  } as const;
  yield* insertTask(task, now());
  return { outcome: "accepted", taskId, sessionId };
}

/**
 * What a question is about. A superseded one that is the last came too late: it is older than the one
 * before it, unless that is forgotten.
 */
function* latestTask(sessionId: string): Work<Row | undefined> {
  const among = (states: string) =>
    row(`SELECT event FROM task WHERE session = ? ${states} ORDER BY seq DESC LIMIT 1`, sessionId);
  return (yield* among("AND state <> 'superseded'")) ?? (yield* among(""));
}

/** Its asker has a token: that nobody knows the one who wrote the latest comment is nothing to it. */
function allowed(event: TaskEvent): TaskEvent {
  return event.type === "comment" ? { ...event, authorization: "verified" } : event;
}
