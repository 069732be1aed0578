import { html } from "hono/html";
import { isTerminalType, type JournalEntry, journalTypes } from "#shared/journal.ts";
import type { OpenPermission } from "#shared/open-permission.ts";
import type { Finding } from "#shared/review.ts";
import { isTerminal, type Task, type TaskResult } from "#shared/task.ts";
import type { Timeline } from "#shared/timeline.ts";
import { timelineChart } from "./charts.ts";
import { ago, count, duration, money } from "./format.ts";
import { journalLog } from "./journal-log.ts";
import { layout } from "./layout.ts";
import { permissionForms } from "./permission-forms.ts";
import { badge } from "./state-badge.ts";
import { costOf, pullRequestName, runTime, taskTitle } from "./task-words.ts";
import { type Html, may, type View } from "./view.ts";

/** What the page of one task shows. */
export interface TaskDetail {
  readonly task: Task;
  readonly timeline: Timeline;
  /** Of its journal what comes after entry number `after`, or the end: some 5000 entries at most. */
  readonly entries: readonly JournalEntry[];
  readonly after: number;
  readonly permissions: readonly OpenPermission[];
}

/** One task: its state, where its time went, what it said, and what can be done about it. */
export function taskPage(view: View, detail: TaskDetail): Html {
  const { task, timeline, entries, after, permissions } = detail;
  const [first] = entries;
  const isCut = first !== undefined && first.seq > 1;
  const live = !isTerminal(task.state)
    ? html` data-events="${view.base}/tasks/${task.id}/events" data-types="${changing.join(" ")}" data-ends="${ending.join(" ")}"`
    : "";
  return layout(view, {
    title: taskTitle(task),
    content: html`<div id="facts" data-live>${facts(view, task)}</div>
<div id="asks" data-live>${permissionForms(view, permissions)}</div>
<section class="card" aria-labelledby="time"><h2 id="time">Timeline</h2><div id="timeline" data-live>${timelineChart(timeline, view.now)}</div></section>
<div id="outcome" data-live>${outcome(task)}</div>
<section class="card" aria-labelledby="output"><h2 id="output">Output</h2>
${isCut ? html`<p class="quiet">From entry ${first.seq} on: <code>GET /v1/tasks/${task.id}/journal</code> has what is kept of those before.</p>` : ""}
<div class="scroll" tabindex="0" role="region" aria-label="Journal"${live}>${journalLog(entries, after)}</div></section>`,
  });
}

const ending = journalTypes.filter(isTerminalType);
/** What the script asks for in words; deltas it adds itself. */
const changing = journalTypes.filter((type) => !type.endsWith(".delta"));

function facts(view: View, task: Task): Html {
  const { base, now } = view;
  const { event, state, kind, attempt } = task;
  const ran = runTime(task, now);
  const cost = costOf(task);
  const usage = task.result !== null && "usage" in task.result ? task.result.usage : undefined;
  return html`<div class="facts"><span role="status">${badge(state)}</span>
<a href="${event.pull_request.url}" rel="noreferrer">${pullRequestName(task)}</a>
<span>${kind}</span>${event.sender.login === "" ? "" : html`<span>by ${event.sender.login}</span>`}
<span>${attempt < 2 ? "" : `attempt ${attempt}`}</span>
<span class="quiet">accepted ${ago(task.created_at, now)}${ran === undefined ? "" : `, ran ${duration(ran)}`}${cost === undefined ? "" : `, ${money(cost)}`}${usage === undefined ? "" : `, ${count(usage.output_tokens)} tokens out`}</span>
<a href="${base}/tasks?session_id=${task.session_id}">Its session</a>
${actions(view, task)}</div>`;
}

function actions(view: View, { id, state }: Task): Html {
  if (!isTerminal(state) && may(view, "write")) {
    return html`<form method="post" action="${view.base}/tasks/${id}/cancel"><button>Cancel</button></form>`;
  }
  if (state === "failed" && may(view, "admin")) {
    return html`<form method="post" action="${view.base}/dead-letters/${id}/replay"><button>Replay</button></form>`;
  }
  return html``;
}

function outcome({ result, error }: Task): Html {
  if (error !== null) {
    return html`<section class="card"><h2>Why it failed</h2><p class="bad">${error.message}</p>
${error.hint === undefined ? "" : html`<p>${error.hint}</p>`}<p class="quiet">Code <code>${error.code}</code></p></section>`;
  }
  return result === null ? html`` : resultSection(result);
}

function resultSection(result: TaskResult): Html {
  switch (result.kind) {
    case "review": {
      const { summary, findings } = result.review;
      return html`<section class="card"><h2>Review</h2><p class="said">${summary}</p>
${findings.length === 0 ? html`<p class="quiet">No findings.</p>` : html`<ul class="findings">${findings.map(findingItem)}</ul>`}</section>`;
    }
    case "answer":
      return html`<section class="card"><h2>Answer</h2><p class="said">${result.text}</p></section>`;
    case "none":
      return html`<p class="quiet">${result.reason}</p>`;
    case "close":
      return html`<p class="quiet">The session was ended.</p>`;
  }
}

function findingItem({ severity, category, file, line, message, suggestion }: Finding): Html {
  return html`<li>${badge(severity)} <span class="quiet">${category}</span> <code>${file}${line === null ? "" : `:${line}`}</code>
<p class="said">${message}</p>${suggestion === null ? "" : html`<pre tabindex="0" role="region" aria-label="Suggestion">${suggestion}</pre>`}</li>`;
}
