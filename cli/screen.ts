import { styleText } from "node:util";
import yoctoSpinner from "yocto-spinner";
import type { JournalEntry } from "#shared/journal.ts";
import type { Review } from "#shared/review.ts";
import { severityColours } from "./severity-colours.ts";
import { terminalText } from "./terminal-text.ts";

/** Shows a task as it goes: a spinner while nothing is said, text as it comes. */
export interface Screen {
  heading(text: string): void;
  line(text: string): void;
  entry(entry: JournalEntry): void;
  /** Ends whatever is on its way, so that something else can be written. */
  settle(): void;
}

/**
 * A screen on standard output; plain lines where that is no terminal. Without `handleSignals` who
 * handles them calls `settle`: with them the spinner ends the program at once.
 */
export function createScreen({ handleSignals = true } = {}): Screen {
  const spinner = yoctoSpinner({ stream: process.stdout, handleSignals });
  const isTty = process.stdout.isTTY;
  let isInText = false;
  const settle = () => {
    if (isInText) process.stdout.write("\n");
    isInText = false;
    if (spinner.isSpinning) spinner.stop();
  };
  const line = (text: string) => {
    settle();
    console.log(text);
  };
  return {
    settle,
    line,
    heading: (text) => line(`\n${styleText("bold", text)}`),
    entry: (entry) => {
      if (entry.type === "message.delta") {
        if (!isInText) settle();
        const text = terminalText(entry.data.text);
        process.stdout.write(isInText ? text : `  ${text}`);
        isInText = true;
        return;
      }
      const text = statusOf(entry);
      if (text === undefined) return;
      line(styleText("dim", `  ${terminalText(text)}`));
      if (isTty) spinner.start("");
    },
  };
}

/** A review as a person reads it. */
export function reviewForTerminal({ summary, findings }: Review): string {
  const lines = findings.map(({ severity, category, file, line, message, suggestion }) => {
    const place = line === null ? file : `${file}:${line}`;
    const head = `  ${styleText(severityColours[severity], severity)} ${category} ${terminalText(place)}`;
    const text = [message, ...(suggestion ? [`Suggestion: ${suggestion}`] : [])];
    return [head, ...text.map((part) => `    ${terminalText(part)}`)].join("\n");
  });
  return [`  ${terminalText(summary)}`, ...lines].join("\n");
}

function statusOf(entry: JournalEntry): string | undefined {
  switch (entry.type) {
    case "workspace.step":
      return `workspace: ${entry.data.step}`;
    case "workspace.ready":
      return `workspace ready: ${entry.data.files} file(s) changed`;
    case "session.starting":
      return `session: starting a process (${entry.data.start})`;
    case "session.ready":
    case "session.resumed":
      return `session ready: process ${entry.data.pid}`;
    case "turn.started":
      return "turn started";
    case "message.received":
      return `somebody says: ${entry.data.text}`;
    case "permission.requested":
      return `asks whether it may run: ${entry.data.tool}`;
    case "permission.resolved":
      return `${entry.data.behavior}, by: ${entry.data.by}`;
    case "tool.use":
      return `tool: ${entry.data.name}`;
    case "model.retry":
      return `model API: trying again (${entry.data.status ?? "no answer"})`;
    case "task.retrying":
      return `trying again: ${entry.data.error.message}`;
    case "task.succeeded":
    case "task.failed":
    case "task.cancelled":
    case "task.superseded":
      return entry.type.replace(".", " ");
    default:
      return undefined;
  }
}
