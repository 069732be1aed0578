import type { PipelineEvent } from "#shared/task-event.ts";
import type { ReadLogs } from "../forge/forge-logs.ts";
import type { Redact } from "../publish/redact.ts";
import { cleanLog } from "./clean-log.ts";
import { excerpt } from "./excerpt.ts";

/** A text for the model that nobody vouches for, below what it is. */
export interface ShownLog {
  readonly what: string;
  readonly text: string;
}

/** Fetches what the model is shown of a pipeline that failed. */
export type FailedLogs = (event: PipelineEvent, signal: AbortSignal) => Promise<ShownLog[]>;

/** How long all logs together may be, in characters. */
const most = 64 * 1024;

/**
 * Makes logs fit to be shown: bounded, and without secrets, which pipelines print. Where one can't be
 * read, that is said in its place.
 * @throws CicdError as {@link ReadLogs} does.
 */
export function failedLogs(read: ReadLogs, redact: Redact): FailedLogs {
  return async (event, signal) => {
    const { logs, missing } = await read(event, signal);
    const share = Math.floor(most / Math.max(1, logs.length));
    const shown = logs.map(({ job, text }): ShownLog => {
      // Before it is cut: half of a secret has no shape that is known.
      const whole = redact(cleanLog(text));
      const cut = excerpt(whole, share);
      // The name of a job is not ours either.
      return { what: "The log of a job that failed", text: `Job ${job}\n\n${cut.slice(-share)}` };
    });
    if (missing.length === 0 && logs.length > 0) return shown;
    const why = missing.length === 0 ? "The forge names no job that failed" : missing.join("\n");
    return [...shown, { what: "Logs that could not be read, and why", text: redact(why) }];
  };
}
