import { html } from "hono/html";
import type { Task } from "#shared/task.ts";
import type { Html, View } from "./view.ts";

/** What a task is about, in a line: the title of its pull request, or what somebody asks. */
export function taskTitle({ kind, event, message }: Task): string {
  const { title, number } = event.pull_request;
  if (message !== null && kind !== "review") return message.slice(0, 120);
  return title || `Pull request ${number}`;
}

/** The pull request: `owner/name#7`. */
export function pullRequestName({ event: { repository, pull_request } }: Task): string {
  return `${repository.owner}/${repository.name}#${pull_request.number}`;
}

/** A link to a task's page. */
export function taskLink({ base }: View, task: Task): Html {
  return html`<a href="${base}/tasks/${task.id}">${taskTitle(task)}</a>`;
}

/** What a task cost in US dollars, where that is known. */
export function costOf({ result }: Task): number | undefined {
  return result !== null && "usage" in result ? result.usage?.cost_usd : undefined;
}

/** How long a task ran up to now, or to its end; undefined for one that was never started. */
export function runTime({ started_at, ended_at }: Task, now: number): number | undefined {
  if (started_at === null) return undefined;
  return Math.max(0, (ended_at === null ? now : Date.parse(ended_at)) - Date.parse(started_at));
}
