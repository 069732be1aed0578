import { html } from "hono/html";
import type { Task } from "#shared/task.ts";
import { ago, duration, money } from "./format.ts";
import { badge } from "./state-badge.ts";
import { costOf, pullRequestName, runTime, taskLink } from "./task-words.ts";
import type { Html, View } from "./view.ts";

/** Tasks as a table, or a word that there are none. */
export function taskTable(view: View, tasks: readonly Task[], caption: string): Html {
  if (tasks.length === 0) return html`<p class="quiet">None.</p>`;
  return html`<div class="wide" tabindex="0" role="region" aria-label="${caption}"><table>
<caption class="unseen">${caption}</caption>
<thead><tr><th scope="col">Task</th><th scope="col">Pull request</th><th scope="col">Kind</th>
<th scope="col">State</th><th scope="col" class="number">Ran</th><th scope="col" class="number">Cost</th>
<th scope="col" class="number">Accepted</th></tr></thead>
<tbody>${tasks.map((task) => row(view, task))}</tbody></table></div>`;
}

function row(view: View, task: Task): Html {
  const ran = runTime(task, view.now);
  const cost = costOf(task);
  return html`<tr><td class="title">${taskLink(view, task)}</td>
<td><a href="${task.event.pull_request.url}" rel="noreferrer">${pullRequestName(task)}</a></td>
<td>${task.kind}</td><td>${badge(task.state)}${task.error === null ? "" : html` <code>${task.error.code}</code>`}</td>
<td class="number">${ran === undefined ? "" : duration(ran)}</td>
<td class="number">${cost === undefined ? "" : money(cost)}</td>
<td class="number">${ago(task.created_at, view.now)}</td></tr>`;
}
