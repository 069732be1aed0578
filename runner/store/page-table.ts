import type { Task } from "#shared/task.ts";
import { holdsClaim } from "./claim.ts";
import type { Claim } from "./store.ts";
import { readable } from "./task-table.ts";
import { type Clock, lock, row, rows, type Work } from "./work.ts";

/** Remembers that a page shows a task as running; false when the claim is not current any more. */
export function* owePage(claim: Claim): Work<boolean> {
  if (!(yield* holdsClaim(claim))) return false;
  yield* rows("UPDATE task SET page_owed = 1 WHERE id = ?", claim.task.id);
  return true;
}

/** Remembers that the page of a task is as it should be. */
export function* settlePage(taskId: string): Work<void> {
  yield* rows("UPDATE task SET page_owed = 0 WHERE id = ?", taskId);
}

/** The page of a task is not to be told before that time. */
export function* postponePage(taskId: string, at: number): Work<void> {
  yield* rows("UPDATE task SET page_at = ? WHERE id = ?", at, taskId);
}

/** Whether a task has ended whose page is to be told now. */
export function* isPageOwed(now: number): Work<boolean> {
  return (yield* row(`SELECT 1 ${owed} LIMIT 1`, now)) !== undefined;
}

/** Tasks that have ended and whose page was not told, oldest first; nobody else gets them for `time`. */
export function* takeOwedPages(
  limit: number,
  { now, time }: { now: Clock; time: number },
): Work<Task[]> {
  yield* lock("pages");
  const at = now();
  const taken = yield* rows(`SELECT * ${owed} ORDER BY seq LIMIT ?`, at, limit);
  for (const { id } of taken) yield* postponePage(String(id), at + time);
  return readable(taken);
}

const owed =
  "FROM task WHERE page_owed = 1 AND state NOT IN ('queued', 'running') AND page_at <= ?";
