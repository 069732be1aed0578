import type { JournalEntry, JournalType } from "#shared/journal.ts";
import { toEntry } from "./rows.ts";
import { row, rows, type Work } from "./work.ts";

/** What tells how far a task is: few entries, however much its model says in between. */
const stepTypes = [
  ...["task.queued", "task.started", "task.retrying", "task.published"],
  ...["task.succeeded", "task.failed", "task.cancelled", "task.superseded"],
  ...["workspace.step", "workspace.ready"],
  ...["session.starting", "session.ready", "session.resumed"],
  ...["turn.started", "turn.completed", "turn.stopped"],
  ...["permission.requested", "permission.resolved", "result.stored"],
] as const satisfies readonly JournalType[];

/** The condition of the index `event_step`, word by word: SQLite uses it for no other. */
export const isStep = `type IN (${stepTypes.map((type) => `'${type}'`).join(", ")})`;

/** The entries of a task that begin and end its steps, in order; none when it is unknown. */
export function* readSteps(taskId: string): Work<JournalEntry[]> {
  const task = yield* row("SELECT session FROM task WHERE id = ?", taskId);
  if (task === undefined) return [];
  const steps = yield* rows(
    `SELECT n, at, type, data FROM event INDEXED BY event_step
       WHERE task = ? AND ${isStep} ORDER BY n`,
    taskId,
  );
  return steps.map((step) => toEntry(step, taskId, String(task.session)));
}
