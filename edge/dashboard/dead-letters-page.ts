import { html } from "hono/html";
import type { DeadLetter } from "#shared/outbox.ts";
import type { Task } from "#shared/task.ts";
import { ago } from "./format.ts";
import { layout } from "./layout.ts";
import { pullRequestName, taskLink } from "./task-words.ts";
import type { Html, View } from "./view.ts";

/** What waits for a person to replay it. */
export interface DeadLetters {
  /** Tasks that failed; with `more` there are others besides. */
  readonly tasks: readonly Task[];
  readonly more: boolean;
  /** How many were just queued again; undefined when nobody asked for it. */
  readonly queued: string | undefined;
  /** There was no room for all that were to be. */
  readonly isFull: boolean;
  /** Deliveries that the edge could not hand over. */
  readonly undelivered: readonly DeadLetter[];
  readonly moreUndelivered: boolean;
}

/** Lists failed tasks and undelivered deliveries, each with a button that replays it. */
export function deadLettersPage(view: View, letters: DeadLetters): Html {
  const { tasks, more, undelivered, moreUndelivered } = letters;
  return layout(view, {
    title: "Dead letters",
    content: html`${replayedNote(letters)}<section class="card"><div class="titled"><h2>Tasks that failed</h2>
${tasks.length === 0 ? "" : html`<a href="${view.base}/dead-letters/replay">Replay all …</a>`}</div>
${more ? html`<p class="quiet">The latest ${tasks.length}: there are more.</p>` : ""}${tasks.length === 0 ? html`<p class="quiet">None.</p>` : taskLetters(view, tasks)}</section>
<section class="card"><h2>Deliveries that the runner refused</h2>
${moreUndelivered ? html`<p class="quiet">The oldest ${undelivered.length}: there are more.</p>` : ""}${undelivered.length === 0 ? html`<p class="quiet">None.</p>` : undeliveredLetters(view, undelivered)}</section>`,
  });
}

function replayedNote({ queued, isFull, tasks, more }: DeadLetters): Html {
  if (queued === undefined) return html``;
  const left = more ? `more than ${tasks.length}` : tasks.length;
  const why = isFull ? ": the queue had no room for all. Replay them when it has" : "";
  return html`<p role="status">Queued again: ${queued}. Left: ${left}${why}.</p>`;
}

function taskLetters(view: View, tasks: readonly Task[]): Html {
  const rows = tasks.map(
    (
      task,
    ) => html`<tr><td class="title">${taskLink(view, task)}</td><td>${pullRequestName(task)}</td>
<td><code>${task.error?.code}</code> ${task.error?.message}</td>
<td class="number">${task.ended_at === null ? "" : ago(task.ended_at, view.now)}</td>
<td>${replayForm(`${view.base}/dead-letters/${task.id}/replay`, "Replay", pullRequestName(task))}</td></tr>`,
  );
  return html`<div class="wide" tabindex="0" role="region" aria-label="Failed tasks"><table><caption class="unseen">Failed tasks, the latest first</caption>
<thead><tr><th scope="col">Task</th><th scope="col">Pull request</th><th scope="col">Why</th>
<th scope="col" class="number">Failed</th><th scope="col">Again</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function undeliveredLetters(view: View, letters: readonly DeadLetter[]): Html {
  const rows = letters.map(
    ({
      forge,
      delivery_id,
      kind,
      error,
      dead_at,
    }) => html`<tr><td class="title"><code>${delivery_id}</code></td>
<td>${forge}</td><td>${kind}</td><td><code>${error.code}</code> ${error.message}</td>
<td class="number">${ago(dead_at, view.now)}</td>
<td>${replayForm(`${view.base}/undelivered/${encodeURIComponent(delivery_id)}/replay`, "Replay", delivery_id)}</td></tr>`,
  );
  return html`<div class="wide" tabindex="0" role="region" aria-label="Undelivered"><table><caption class="unseen">Undelivered, the oldest first</caption>
<thead><tr><th scope="col">Delivery</th><th scope="col">Forge</th><th scope="col">Kind</th><th scope="col">Why</th>
<th scope="col" class="number">Since</th><th scope="col">Again</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function replayForm(action: string, label: string, of?: string): Html {
  return html`<form method="post" action="${action}"><button>${label}${of === undefined ? "" : html`<span class="unseen"> ${of}</span>`}</button></form>`;
}
