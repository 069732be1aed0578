import { html } from "hono/html";
import type { JournalEntry } from "#shared/journal.ts";
import { bytes, duration, money } from "./format.ts";
import type { Html } from "./view.ts";

/** How much of a tool's input or answer is shown, in characters. */
const mostText = 400;

/**
 * What a task has said and done after entry number `after`, a line for each entry, deltas that follow
 * each other as one. The script adds to it: `data-after` tells from where on, `data-seq` which entry
 * a line is.
 */
export function journalLog(entries: readonly JournalEntry[], after: number): Html {
  const lines: Html[] = [];
  for (let at = 0; at < entries.length; ) {
    const run = runAt(entries, at);
    lines.push(run.line);
    at = run.end;
  }
  return html`<ol class="log" id="log" data-after="${entries.at(-1)?.seq ?? after}">${lines}</ol>`;
}

/** The line of one entry, or of deltas of one kind, and where the next begins. */
function runAt(entries: readonly JournalEntry[], begin: number): { line: Html; end: number } {
  let end = begin;
  let text = "";
  const type = entries[begin]?.type;
  if (type === "message.delta" || type === "thinking.delta") {
    for (let entry = entries[end]; entry?.type === type; entry = entries[end]) {
      text += entry.data.text;
      end += 1;
    }
    const kind = type === "message.delta" ? "says" : "thinks";
    return {
      line: html`<li class="${kind}"><span class="unseen">${kind}: </span>${text}</li>`,
      end,
    };
  }
  const entry = entries[begin];
  const line =
    entry === undefined
      ? html``
      : html`<li class="${toneOf(entry)}" data-seq="${entry.seq}">${words(entry)}</li>`;
  return { line, end: begin + 1 };
}

function toneOf({ type, data }: JournalEntry): string {
  if (type === "tool.use") return "tool";
  if (type === "tool.result") return data.is_error ? "result bad" : "result";
  return type === "task.failed" || type === "task.retrying" ? "step bad" : "step";
}

/** An entry in words. All text of models and people goes through the template, which escapes it. */
function words({ type, data }: JournalEntry): Html | string {
  switch (type) {
    case "task.queued":
      return "queued";
    case "task.started":
      return `attempt ${data.attempt} on ${data.host}`;
    case "workspace.step":
      return `workspace: ${data.step}`;
    case "workspace.progress":
      return `${data.phase} ${data.done} of ${data.total} objects`;
    case "workspace.ready":
      return `changed files: ${data.files}, diff of ${bytes(data.diff_bytes)}, after ${duration(data.duration_ms)}`;
    case "session.starting":
      return `starting a process (${data.start})`;
    case "session.ready":
      return `process ${data.pid ?? ""} is ready (${data.start})`;
    case "session.resumed":
      return `process ${data.pid ?? ""} goes on with the conversation`;
    case "turn.started":
      return "turn begins";
    case "message.received":
      return html`somebody says: ${data.text}`;
    case "tool.use":
      return html`<b>${data.name}</b> <code>${shortened(JSON.stringify(data.input) ?? "")}</code>`;
    case "tool.result":
      return html`<code>${shortened(data.text)}</code>`;
    case "permission.requested":
      return html`asks people for <b>${data.tool}</b>`;
    case "permission.resolved":
      return `${data.behavior === "allow" ? "allowed" : "denied"} by ${data.by}`;
    case "model.retry":
      return `model refused (${data.status ?? "no status"}), again in ${duration(data.delay_ms)}`;
    case "output.dropped":
      return `left out a line of ${bytes(data.bytes)}`;
    case "turn.completed":
      return `turn ends after ${duration(data.duration_ms)}, ${money(data.usage.cost_usd)}`;
    case "turn.stopped":
      return `turn stopped by ${data.step}`;
    case "task.published":
      return html`published: ${data.url}`;
    case "task.retrying":
      return html`again in ${duration(data.delay_ms)}: ${data.error.message}`;
    case "task.failed":
      return html`failed: ${data.error.message}`;
    case "task.cancelled":
      return html`cancelled: ${data.reason}`;
    default:
      return type;
  }
}

function shortened(text: string): string {
  return text.length > mostText ? `${text.slice(0, mostText)} …` : text;
}
