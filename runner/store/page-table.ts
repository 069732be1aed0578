import type { Task } from "#shared/task.ts";
import { holdsClaim } from "./claim.ts";
import { toTask } from "./rows.ts";
import type { Claim } from "./store.ts";
import { rows, type Work } from "./work.ts";

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

/** The tasks that have ended and whose page was not told, oldest first. */
export function* listOwedPages(limit: number): Work<Task[]> {
  const owed = yield* rows(
    `SELECT * FROM task WHERE page_owed = 1 AND state NOT IN ('queued', 'running')
       ORDER BY seq LIMIT ?`,
    limit,
  );
  return owed.map(toTask);
}
