import { html } from "hono/html";
import { type Task, TaskState } from "#shared/task.ts";
import { layout } from "./layout.ts";
import { taskTable } from "./task-table.ts";
import type { Html, View } from "./view.ts";

/** Which tasks are listed, and they; with `more` there are others besides. */
export interface TaskListing {
  readonly state: TaskState | undefined;
  readonly sessionId: string | undefined;
  readonly tasks: readonly Task[];
  readonly more: boolean;
}

/** Lists tasks, by state where one is asked for. */
export function tasksPage(view: View, { state, sessionId, tasks, more }: TaskListing): Html {
  const options = TaskState.options.map(
    (known) => html`<option${known === state ? html` selected` : ""}>${known}</option>`,
  );
  return layout(view, {
    title: "Tasks",
    refresh: 5000,
    content: html`<form class="filter" method="get" action="${view.base}/tasks">
<label for="state">State</label>
<select id="state" name="state"><option value="">all</option>${options}</select>
${sessionId === undefined ? "" : html`<input type="hidden" name="session_id" value="${sessionId}"><span class="quiet">of one session</span>`}
<button>Show</button></form>
<div id="tasks" data-live><section class="card">${more ? html`<p class="quiet">The latest ${tasks.length}: there are more.</p>` : ""}${taskTable(view, tasks, "Tasks, newest first")}</section></div>`,
  });
}
