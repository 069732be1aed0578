import { html } from "hono/html";
import type { UsageDay } from "#shared/usage.ts";
import { costChart, dayChart } from "./charts.ts";
import { count, duration, money } from "./format.ts";
import { layout } from "./layout.ts";
import type { Html, View } from "./view.ts";

/** What each day took: charts, and the same as a table. */
export function usagePage(view: View, days: readonly UsageDay[]): Html {
  const total = days.reduce((sum, { cost_usd }) => sum + cost_usd, 0);
  return layout(view, {
    title: "Usage",
    content: html`<p class="quiet">${money(total)} in ${days.length} days, by UTC.</p>
<div class="pair">
<section class="card"><h2>Cost</h2>${costChart(days)}</section>
<section class="card"><h2>Tasks <span class="legend">${["succeeded", "failed", "other"].map((name) => html`<span class="key"><span class="dot t-${name}" aria-hidden="true"></span>${name}</span>`)}</span></h2>${taskChart(days)}</section>
<section class="card"><h2>Mean wait before the start</h2>${meanChart(days, "wait", "mean_wait_ms")}</section>
<section class="card"><h2>Mean time from start to end</h2>${meanChart(days, "turn", "mean_run_ms")}</section>
</div>
<section class="card"><div class="wide" tabindex="0" role="region" aria-label="Days"><table>
<caption class="unseen">Each day, the latest first</caption>
<thead><tr><th scope="col">Day</th><th scope="col" class="number">Cost</th><th scope="col" class="number">Requests</th>
<th scope="col" class="number">Input</th><th scope="col" class="number">From cache</th><th scope="col" class="number">Output</th>
<th scope="col" class="number">Succeeded</th><th scope="col" class="number">Failed</th>
<th scope="col" class="number">Mean wait</th><th scope="col" class="number">Mean run</th></tr></thead>
<tbody>${days.toReversed().filter(isUsed).map(row)}</tbody></table></div></section>`,
  });
}

function taskChart(days: readonly UsageDay[]): Html {
  return dayChart(days, "Tasks", {
    of: ({ tasks: { succeeded, failed, cancelled, superseded } }) => [
      { className: "t-succeeded", value: succeeded },
      { className: "t-failed", value: failed },
      { className: "t-other", value: cancelled + superseded },
    ],
    show: count,
  });
}

function meanChart(
  days: readonly UsageDay[],
  step: string,
  figure: "mean_wait_ms" | "mean_run_ms",
): Html {
  const most = Math.max(0, ...days.map((day) => day[figure] ?? 0));
  return dayChart(days, `Mean time, at most ${duration(most)}`, {
    of: (day) => [{ className: `s-${step}`, value: day[figure] ?? 0 }],
    show: duration,
  });
}

function isUsed({ tasks, model_requests }: UsageDay): boolean {
  return model_requests + tasks.succeeded + tasks.failed + tasks.cancelled + tasks.superseded > 0;
}

function row(day: UsageDay): Html {
  const { tasks, mean_wait_ms: wait, mean_run_ms: run } = day;
  const input = day.input_tokens + day.cache_creation_input_tokens;
  const cells = [
    money(day.cost_usd),
    count(day.model_requests),
    count(input),
    count(day.cache_read_input_tokens),
    count(day.output_tokens),
    count(tasks.succeeded),
    count(tasks.failed),
    wait === null ? "" : duration(wait),
    run === null ? "" : duration(run),
  ];
  return html`<tr><th scope="row">${day.day}</th>${cells.map((cell) => html`<td class="number">${cell}</td>`)}</tr>`;
}
