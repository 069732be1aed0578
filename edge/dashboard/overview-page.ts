import { html } from "hono/html";
import type { Health } from "#shared/api.ts";
import type { Host } from "#shared/host.ts";
import type { OpenPermission } from "#shared/open-permission.ts";
import type { OutboxHealth } from "#shared/outbox.ts";
import type { Session } from "#shared/session.ts";
import type { Task } from "#shared/task.ts";
import type { UsageDay } from "#shared/usage.ts";
import { costChart, timingChart } from "./charts.ts";
import { bytes, duration, money } from "./format.ts";
import { layout } from "./layout.ts";
import { permissionForms } from "./permission-forms.ts";
import { badge } from "./state-badge.ts";
import { taskTable } from "./task-table.ts";
import type { Html, View } from "./view.ts";

/** What the first page shows. */
export interface Overview {
  readonly health: Health;
  readonly hosts: readonly Host[];
  readonly sessions: readonly Session[];
  readonly outbox: OutboxHealth;
  readonly permissions: readonly OpenPermission[];
  readonly running: readonly Task[];
  readonly queued: readonly Task[];
  /** That have ended, the latest first. */
  readonly latest: readonly Task[];
  readonly days: readonly UsageDay[];
}

/** How the runner is, what it does and what it waits for. */
export function overviewPage(view: View, overview: Overview): Html {
  const { permissions, running, queued, latest, days } = overview;
  return layout(view, {
    title: "Overview",
    refresh: 3000,
    content: html`<div id="health" data-live>${healthCards(overview)}</div>
<div id="asks" data-live>${permissionForms(view, permissions)}</div>
<div id="work" data-live>
<section class="card"><h2>Running and waiting</h2>${taskTable(view, [...running, ...queued], "Tasks that run or wait")}</section>
</div>
<div class="pair" id="charts" data-live>
<section class="card"><h2>Cost by day</h2>${costChart(days)}</section>
<section class="card"><h2>Time of the latest tasks</h2>${timingChart(view, latest)}</section>
</div>
<div id="latest" data-live>
<section class="card"><h2>Latest</h2>${taskTable(view, latest, "Tasks that have ended")}</section>
</div>`,
  });
}

function healthCards({ health, hosts, sessions, outbox, days }: Overview): Html {
  const { status, degradation_level: level, breaker, problems } = health;
  const sum = (of: (host: Host) => number) => hosts.reduce((total, host) => total + of(host), 0);
  // Hosts tell of theirs from time to time alone, the one that is asked knows its own now.
  const own = sessions.reduce((total, { memory_bytes }) => total + (memory_bytes ?? 0), 0);
  const memory = Math.max(
    own,
    sum(({ load }) => load.memory_bytes),
  );
  const oldest = health.oldest_queued_seconds;
  const today = days.at(-1)?.cost_usd ?? 0;
  const kept = outbox.depth ?? 0;
  return html`<dl class="figures">
${figure("Runner", badge(status), `version ${health.version}`)}
${figure("Level", `${level}`, levels[level] ?? "")}
${figure("Model", badge(models[breaker]), `breaker ${breaker}`)}
${figure("Running", `${health.running}`, `of ${sum(({ load }) => load.capacity)} at once`)}
${figure("Queue", `${health.queue_depth}`, oldest === null ? "nothing waits" : `oldest ${duration(oldest * 1000)}`)}
${figure("Processes", `${health.sessions}`, bytes(memory))}
${figure("Today", money(today), `up ${duration(health.uptime_seconds * 1000)}`)}
${figure("Outbox", `${kept}`, `${outbox.dead} undelivered`)}
</dl>
${problems.length === 0 ? "" : html`<ul class="card problems" aria-label="Problems">${problems.map((problem) => html`<li>${problem}</li>`)}</ul>`}
${hosts.length < 2 ? "" : html`<p class="hosts">${hosts.map(({ name, state, load }) => html`<span>${name} ${badge(state)} ${load.running} of ${load.capacity}</span>`)}</p>`}`;
}

const levels = ["all as set", "no new processes", "one a task, none kept"];
const models = { closed: "answering", "half-open": "trying", open: "down" };

function figure(name: string, value: Html | string, more: string): Html {
  return html`<div><dt>${name}</dt><dd><strong>${value}</strong><span class="quiet">${more}</span></dd></div>`;
}
