import type { DatabaseSync } from "node:sqlite";
import { CicdError } from "#shared/error.ts";
import { appendEvents } from "./journal-table.ts";
import { prepared } from "./prepared.ts";
import type { Asked } from "./store.ts";
import { countQueued } from "./task-table.ts";

/** A question and where it goes: how many tasks may wait, and the time in epoch milliseconds. */
export interface Question {
  readonly taskId: string;
  readonly text: string;
  readonly limit: number;
  readonly now: number;
}

/**
 * Makes a task of what somebody asks in a session; undefined when there is no such session. No
 * delivery has brought it, so that it is in no table of them. Runs in its caller's transaction.
 */
export function enqueueQuestion(
  database: DatabaseSync,
  sessionId: string,
  { taskId, text, limit, now }: Question,
): Asked | undefined {
  const latest = prepared(
    database,
    "SELECT event FROM task WHERE session = ? ORDER BY seq DESC LIMIT 1",
  ).get(sessionId);
  if (latest === undefined) return undefined;
  if (prepared(database, "SELECT 1 FROM task WHERE id = ?").get(taskId) !== undefined) {
    throw new CicdError("conflict", `Cannot take in question: there is a task ${taskId}`);
  }
  const depth = countQueued(database);
  if (depth >= limit) return { outcome: "full", depth };
  prepared(
    database,
    `INSERT INTO task(id, session, delivery, kind, state, run_at, event, message, created_at)
       VALUES (?, ?, ?, 'ask', 'queued', 0, ?, ?, ?)`,
  ).run(taskId, sessionId, `message:${taskId}`, String(latest.event), text, now);
  prepared(database, "UPDATE session SET active_at = ? WHERE id = ?").run(now, sessionId);
  appendEvents(database, taskId, [{ type: "task.queued", data: { kind: "ask" } }], now);
  return { outcome: "accepted", taskId, sessionId };
}
