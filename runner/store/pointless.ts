import type { HandOff } from "#shared/api.ts";
import type { TaskKind } from "#shared/task.ts";
import type { Interruption } from "./store.ts";
import { type Row, rows, type Work } from "./work.ts";

/** Which live tasks of its session a new task makes pointless, by their supersede key. */
const supersedes: Partial<Record<TaskKind, string>> = { review: "review", close: "review" };

/** The supersede key that a task of a kind is known by; one without always runs. */
export const supersedeKeys: Partial<Record<TaskKind, string>> = { review: "review" };

/** What a task of kind `cancel` cancels; the others are over at once. */
const cancellable: readonly TaskKind[] = ["review", "ask", "analyze", "test"];

/** The live tasks that a hand-off ends. What nobody has allowed yet ends none. */
export function* findPointless({ kind, event }: HandOff, sessionId: string): Work<Row[]> {
  if (event.type === "comment" && event.authorization !== "verified") return [];
  // By name: SQLite would rather walk through the whole history of the session.
  const live = yield* rows(
    `SELECT id, state, kind, supersede_key FROM task INDEXED BY task_live
       WHERE session = ? AND state IN ('queued', 'running')`,
    sessionId,
  );
  return live.filter((task) =>
    kind === "cancel"
      ? cancellable.some((each) => each === task.kind)
      : task.supersede_key !== null && task.supersede_key === supersedes[kind],
  );
}

/** How a hand-off ends them. */
export function interruptionBy({ kind, event, task_id }: HandOff): Interruption {
  if (kind !== "cancel") return { kind: "superseded", by: task_id };
  return { kind: "cancelled", reason: `Cancelled by ${event.sender.login} in a comment` };
}
