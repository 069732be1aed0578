import { isTerminalType, type JournalEntry } from "#shared/journal.ts";
import type { TimelineSpan, TimelineStep } from "#shared/timeline.ts";

/** Where a task's time went, by its steps in the journal; nothing for one that was shortened. */
export function timelineOf(steps: readonly JournalEntry[]): TimelineSpan[] {
  const timeline = new Spans();
  if (steps[0]?.seq === 1) for (const step of steps) follow(timeline, step);
  return timeline.spans.toSorted((one, other) => one.from.localeCompare(other.from));
}

/** What one entry begins and ends. */
function follow(timeline: Spans, { type, data, time }: JournalEntry): void {
  switch (type) {
    case "task.queued":
      timeline.begin("wait", time);
      return;
    case "task.started":
      timeline.endAll(time);
      timeline.attempt = data.attempt;
      return;
    case "workspace.step":
      timeline.begin("fetch", time);
      return;
    case "workspace.ready":
      timeline.end("fetch", time);
      return;
    case "session.starting":
      timeline.begin("start", time);
      return;
    case "session.ready":
    case "session.resumed":
      timeline.end("start", time);
      return;
    case "turn.started":
      timeline.begin("turn", time);
      return;
    case "permission.requested":
      timeline.begin("ask", time, data.request_id);
      return;
    case "permission.resolved":
      timeline.end("ask", time, data.request_id);
      return;
    case "turn.completed":
    case "turn.stopped":
      timeline.end("turn", time);
      return;
    case "result.stored":
      timeline.end("turn", time);
      timeline.begin("publish", time);
      return;
    case "task.published":
      timeline.end("publish", time);
      return;
    case "task.retrying":
      timeline.endAll(time);
      timeline.begin("pause", time);
      return;
    case "task.succeeded":
      // The result was kept for those who follow alone: nothing was published.
      timeline.drop("publish");
      timeline.endAll(time);
      return;
    default:
      if (isTerminalType(type)) timeline.endAll(time);
  }
}

/** Spans that are made one after the other; of each step, or question, one at a time. */
class Spans {
  attempt = 0;
  readonly spans: TimelineSpan[] = [];
  readonly #open = new Map<string, TimelineSpan>();

  begin(step: TimelineStep, time: string, id = ""): void {
    const key = step + id;
    if (this.#open.has(key)) return;
    const span: TimelineSpan = { step, attempt: this.attempt, from: time, to: null };
    this.#open.set(key, span);
    this.spans.push(span);
  }

  end(step: TimelineStep, time: string, id = ""): void {
    const span = this.#open.get(step + id);
    if (span === undefined) return;
    span.to = time;
    this.#open.delete(step + id);
  }

  /** Takes back what was begun and has not ended. */
  drop(step: TimelineStep): void {
    const span = this.#open.get(step);
    if (span === undefined) return;
    this.#open.delete(step);
    this.spans.splice(this.spans.indexOf(span), 1);
  }

  endAll(time: string): void {
    for (const span of this.#open.values()) span.to = time;
    this.#open.clear();
  }
}
