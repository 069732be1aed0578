import { html } from "hono/html";
import type { Task, Timing } from "#shared/task.ts";
import type { Timeline, TimelineSpan, TimelineStep } from "#shared/timeline.ts";
import type { UsageDay } from "#shared/usage.ts";
import { duration, money } from "./format.ts";
import { taskLink } from "./task-words.ts";
import type { Html, View } from "./view.ts";

const steps: readonly { readonly step: TimelineStep; readonly name: string }[] = [
  { step: "wait", name: "Wait" },
  { step: "fetch", name: "Fetch" },
  { step: "start", name: "Start" },
  { step: "turn", name: "Turn" },
  { step: "ask", name: "Asked people" },
  { step: "publish", name: "Publish" },
  { step: "pause", name: "Pause" },
];

/** Where the time of a task went: a row for each step, a bar for each time that it was taken. */
export function timelineChart({ from, to, spans }: Timeline, now: number): Html {
  if (spans.length === 0) return html`<p class="quiet">Its journal was shortened.</p>`;
  const begin = Date.parse(from);
  const whole = Math.max(1, (to === null ? now : Date.parse(to)) - begin);
  const of = (span: TimelineSpan) => {
    const start = Math.max(0, Date.parse(span.from) - begin);
    const end = span.to === null ? whole : Date.parse(span.to) - begin;
    return { start: start / whole, size: Math.max(0, end - start) / whole };
  };
  const rows = steps.flatMap(({ step, name }) => {
    const own = spans.filter((span) => span.step === step);
    if (own.length === 0) return [];
    const total = own.reduce((sum, span) => sum + of(span).size * whole, 0);
    const isOpen = own.some((span) => span.to === null);
    const bars = own.map((span) => bar(step, of(span), span.to === null));
    return [
      html`<tr><th scope="row">${name}</th><td class="plot">${strip(bars)}</td>
<td class="number">${duration(total)}${isOpen ? html`<span class="unseen"> so far</span>` : ""}</td></tr>`,
    ];
  });
  return html`<table class="chart"><caption class="unseen">Time of each step</caption>
<thead class="unseen"><tr><th scope="col">Step</th><th scope="col">When</th><th scope="col">How long</th></tr></thead>
<tbody>${rows}</tbody>
<tfoot><tr><td></td><td class="plot"><span class="axis" aria-hidden="true"><span>0</span><span>${duration(whole / 2)}</span><span>${duration(whole)}</span></span></td><td></td></tr></tfoot></table>`;
}

const parts: readonly { readonly step: TimelineStep; readonly of: keyof Omit<Timing, "start"> }[] =
  [
    { step: "wait", of: "wait_ms" },
    { step: "fetch", of: "workspace_ms" },
    { step: "start", of: "process_ms" },
    { step: "turn", of: "turn_ms" },
  ];

/** Where the time of the first of some tasks went, on one scale; nothing for tasks that ran no turn. */
export function timingChart(view: View, tasks: readonly Task[]): Html {
  const all = tasks.flatMap((task) => {
    const { result } = task;
    const timing = result !== null && "timing" in result ? result.timing : undefined;
    return timing === undefined ? [] : [{ task, timing }];
  });
  const timed = all.slice(0, mostTimed);
  if (timed.length === 0) return html`<p class="quiet">None.</p>`;
  const totalOf = (timing: Timing) => parts.reduce((sum, { of }) => sum + timing[of], 0);
  const most = Math.max(1, ...timed.map(({ timing }) => totalOf(timing)));
  const rows = timed.map(({ task, timing }) => {
    let start = 0;
    const bars = parts.map(({ step, of }) => {
      const size = timing[of] / most;
      const made = bar(step, { start, size }, false, `${step} ${duration(timing[of])}`);
      start += size;
      return made;
    });
    return html`<tr><th scope="row">${taskLink(view, task)}</th><td class="plot">${strip(bars)}</td>
<td class="number">${duration(totalOf(timing))} <span class="quiet">${timing.start}</span></td></tr>`;
  });
  return html`<table class="chart named"><caption class="legend">${parts.map(
    ({ step }) =>
      html`<span class="key"><span class="dot s-${step}" aria-hidden="true"></span>${step}</span>`,
  )}</caption>
<thead class="unseen"><tr><th scope="col">Task</th><th scope="col">Steps</th><th scope="col">Total, start</th></tr></thead>
<tbody>${rows}</tbody></table>`;
}

/** How many tasks have room in a chart. */
const mostTimed = 6;

function strip(bars: readonly Html[]): Html {
  return html`<svg class="strip" width="100%" height="18" aria-hidden="true">${bars}</svg>`;
}

function bar(
  step: TimelineStep,
  { start, size }: { start: number; size: number },
  isOpen: boolean,
  title?: string,
): Html {
  const [x, width] = [percent(Math.min(start, 0.997)), percent(Math.max(size, 0.003))];
  return html`<rect class="s-${step}${isOpen ? " open" : ""}" x="${x}" y="3" width="${width}" height="12" rx="2">${title === undefined ? "" : html`<title>${title}</title>`}</rect>`;
}

/** A figure of each day as columns; `of` gives it in one or more parts, the lowest first. */
export function dayChart(
  days: readonly UsageDay[],
  label: string,
  {
    of,
    show,
  }: {
    of: (day: UsageDay) => readonly { readonly className: string; readonly value: number }[];
    show: (value: number) => string;
  },
): Html {
  const sum = (day: UsageDay) => of(day).reduce((total, { value }) => total + value, 0);
  const most = Math.max(...days.map(sum), Number.MIN_VALUE);
  const room = 1 / days.length;
  const columns = days.flatMap((day, index) => {
    let top = 1;
    const pieces = of(day).flatMap(({ className, value }) => {
      if (value === 0) return [];
      const size = value / most;
      top -= size;
      return [
        html`<rect class="${className}" x="${percent((index + 0.12) * room)}" width="${percent(0.76 * room)}" y="${percent(Math.max(0, top))}" height="${percent(size)}" rx="1.5"></rect>`,
      ];
    });
    return [html`<g><title>${day.day}: ${show(sum(day))}</title>${pieces}</g>`];
  });
  const total = days.reduce((all, day) => all + sum(day), 0);
  const shown = total === 0 ? 0 : most;
  const text = `${label}: ${show(total)} in ${days.length} days, at most ${show(shown)} a day`;
  return html`<figure class="days"><svg width="100%" height="110" role="img" aria-label="${text}">
<line x1="0" x2="100%" y1="100%" y2="100%" class="ground"></line>${columns}</svg>
<figcaption><span>${days[0]?.day.slice(5)}</span><span>most ${show(shown)}</span><span>${days.at(-1)?.day.slice(5)}</span></figcaption></figure>`;
}

/** Cost of each day. */
export function costChart(days: readonly UsageDay[]): Html {
  return dayChart(days, "Cost", {
    of: ({ cost_usd }) => [{ className: "s-turn", value: cost_usd }],
    show: money,
  });
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}
