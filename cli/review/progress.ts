import yoctoSpinner from "yocto-spinner";
import type { JournalEvent } from "#shared/journal.ts";

/** Shows how far a review is. */
export interface Progress extends Disposable {
  tell(event: JournalEvent): void;
}

/** A spinner on standard error, or nothing where that is no terminal. */
export function showProgress(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { tell: () => {}, [Symbol.dispose]: () => {} };
  // Signals are ours: the process of the review has to end first.
  const spinner = yoctoSpinner({ stream, text: "Preparing", handleSignals: false }).start();
  return {
    tell: (event) => {
      const text = statusOf(event);
      if (text !== undefined) spinner.text = text;
    },
    [Symbol.dispose]: () => {
      spinner.stop();
    },
  };
}

function statusOf(event: JournalEvent): string | undefined {
  switch (event.type) {
    case "task.queued":
      return "Waiting in the queue";
    case "session.starting":
      return "Starting a process";
    case "turn.started":
    case "tool.result":
      return "Reviewing";
    case "tool.use":
      return `Reviewing: ${event.data.name}`;
    case "model.retry":
      return `The model refused, trying again: ${event.data.status ?? "no answer"}`;
    case "task.retrying":
      return `Trying again: ${event.data.error.code}`;
    default:
      return undefined;
  }
}
