import { CicdError } from "#shared/error.ts";
import { appendEvents } from "./journal-table.ts";
import type { Asked } from "./store.ts";
import { countQueued } from "./task-table.ts";
import { lock, row, rows, type Work } from "./work.ts";

/** A question and where it goes: how many tasks may wait, and the time in epoch milliseconds. */
export interface Question {
  readonly taskId: string;
  readonly text: string;
  readonly limit: number;
  readonly now: number;
}

/**
 * Makes a task of what somebody asks in a session; undefined when there is no such session. No
 * delivery has brought it, so that it is in no table of them.
 */
export function* enqueueQuestion(
  sessionId: string,
  { taskId, text, limit, now }: Question,
): Work<Asked | undefined> {
  yield* lock(sessionId);
  const latest = yield* row(
    "SELECT event FROM task WHERE session = ? ORDER BY seq DESC LIMIT 1",
    sessionId,
  );
  if (latest === undefined) return undefined;
  if ((yield* row("SELECT 1 FROM task WHERE id = ?", taskId)) !== undefined) {
    throw new CicdError("conflict", `Cannot take in question: there is a task ${taskId}`);
  }
  const depth = yield* countQueued();
  if (depth >= limit) return { outcome: "full", depth };
  yield* rows(
    `INSERT INTO task(id, session, delivery, kind, state, run_at, event, message, created_at)
       VALUES (?, ?, ?, 'ask', 'queued', 0, ?, ?, ?)`,
    taskId,
    sessionId,
    `message:${taskId}`,
    String(latest.event),
    JSON.stringify(text),
    now,
  );
  yield* rows("UPDATE session SET active_at = ? WHERE id = ?", now, sessionId);
  yield* appendEvents(taskId, [{ type: "task.queued", data: { kind: "ask" } }], now);
  return { outcome: "accepted", taskId, sessionId };
}
