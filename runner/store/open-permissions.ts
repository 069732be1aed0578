import type { JournalEntry } from "#shared/journal.ts";
import type { OpenPermission } from "#shared/open-permission.ts";
import { toEntry } from "./rows.ts";
import { isStep } from "./step-table.ts";
import { rows, type Work } from "./work.ts";

/** The questions of running tasks that nobody has answered and that have not run out. */
export function* readOpenPermissions(now: number): Work<OpenPermission[]> {
  const found = yield* rows(
    `SELECT t.id AS task, t.session, e.n, e.at, e.type, e.data
       FROM task t JOIN event e INDEXED BY event_step ON e.task = t.id
       WHERE t.state = 'running' AND e.${isStep}
       ORDER BY e.task, e.n`,
  );
  const open = new Map<string, OpenPermission>();
  for (const row of found) {
    follow(open, toEntry(row, String(row.task), String(row.session)));
  }
  return [...open.values()]
    .filter(({ expires_at }) => Date.parse(expires_at) > now)
    .toSorted((one, other) => one.asked_at.localeCompare(other.asked_at));
}

function follow(open: Map<string, OpenPermission>, entry: JournalEntry): void {
  const { task_id, session_id, type, data, time } = entry;
  switch (type) {
    case "task.started":
      // What the attempt before asked died with its process.
      for (const [key, question] of open) if (question.task_id === task_id) open.delete(key);
      return;
    case "permission.requested":
      open.set(`${task_id}/${data.request_id}`, { task_id, session_id, ...data, asked_at: time });
      return;
    case "permission.resolved":
      open.delete(`${task_id}/${data.request_id}`);
  }
}
