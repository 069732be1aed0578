import { html } from "hono/html";
import type { Session } from "#shared/session.ts";
import { ago, bytes } from "./format.ts";
import { layout } from "./layout.ts";
import { badge } from "./state-badge.ts";
import type { Html, View } from "./view.ts";

/** Lists sessions with the state and memory of their processes; with `more` there are others besides. */
export function sessionsPage(view: View, sessions: readonly Session[], more: boolean): Html {
  const memory = sessions.reduce((sum, { memory_bytes }) => sum + (memory_bytes ?? 0), 0);
  const count = (...states: readonly Session["state"][]) =>
    sessions.filter(({ state }) => states.includes(state)).length;
  const resident = sessions.length - count("hibernated", "unknown");
  const unknown = count("unknown");
  return layout(view, {
    title: "Sessions",
    refresh: 5000,
    content: html`<div id="sessions" data-live>
<p class="quiet">${resident} of ${more ? "the latest " : ""}${sessions.length} have a process, with ${bytes(memory)} together${unknown === 0 ? "" : `; the hosts of ${unknown} did not answer`}.${more ? " There are more." : ""}</p>
<section class="card">${sessions.length === 0 ? html`<p class="quiet">None.</p>` : table(view, sessions)}</section></div>`,
  });
}

function table(view: View, sessions: readonly Session[]): Html {
  const runners = new Set(sessions.flatMap(({ runner }) => runner ?? []));
  const isShared = runners.size > 1;
  const most = Math.max(1, ...sessions.map(({ memory_bytes }) => memory_bytes ?? 0));
  return html`<div class="wide" tabindex="0" role="region" aria-label="Sessions"><table>
<caption class="unseen">Sessions, the most recently active first</caption>
<thead><tr><th scope="col">Pull request</th><th scope="col">Forge</th>${isShared ? html`<th scope="col">Host</th>` : ""}<th scope="col">Process</th>
<th scope="col">Memory</th><th scope="col" class="number">Process id</th><th scope="col" class="number">Began</th>
<th scope="col" class="number">Active</th></tr></thead>
<tbody>${sessions.map((session) => row(view, session, { most, isShared }))}</tbody></table></div>`;
}

/** `most` is the largest memory of all, in bytes; the host is of interest where there are several. */
function row(
  { base, now }: View,
  session: Session,
  { most, isShared }: { most: number; isShared: boolean },
): Html {
  const { id, owner, repository, number, host, runner, state, pid, memory_bytes: memory } = session;
  return html`<tr><td class="title"><a href="${base}/tasks?session_id=${id}">${owner}/${repository}#${number}</a></td>
<td>${host}</td>${isShared ? html`<td>${runner ?? ""}</td>` : ""}<td>${badge(state)}</td>
<td class="memory">${
    memory === null
      ? ""
      : html`<svg class="meter" width="80" height="10" aria-hidden="true"><rect class="ground" width="80" height="10" rx="2"></rect><rect class="s-turn" width="${(memory / most) * 80}" height="10" rx="2"></rect></svg> ${bytes(memory)}`
  }</td>
<td class="number">${pid ?? ""}</td><td class="number">${ago(session.created_at, now)}</td>
<td class="number">${ago(session.active_at, now)}</td></tr>`;
}
