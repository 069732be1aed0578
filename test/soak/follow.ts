import { createParser } from "eventsource-parser";
import * as z from "zod";
import { isTerminalType, JournalEntry } from "#shared/journal.ts";
import type { Asked } from "./asked.ts";

/**
 * The journal of a task to its end. The client hangs up after each so many entries, comes back with
 * `Last-Event-ID`, and does so too when the runner or its store went.
 * @throws Error for an entry that is not the next one.
 */
export async function* follow(
  asked: Asked,
  taskId: string,
  hangUpAfter = Number.POSITIVE_INFINITY,
): AsyncGenerator<JournalEntry> {
  let last = 0;
  for (;;) {
    let left = hangUpAfter;
    for await (const entry of connection(asked, taskId, last)) {
      if (entry.seq !== last + 1) {
        throw new Error(`Journal of ${taskId}: ${entry.seq} came after ${last}`);
      }
      last = entry.seq;
      yield entry;
      if (isTerminalType(entry.type)) return;
      left -= 1;
      if (left === 0) break;
    }
  }
}

const Problem = z.object({ status: z.int() });

/** What one connection brings, until either side ends it. */
async function* connection(
  asked: Asked,
  taskId: string,
  after: number,
): AsyncGenerator<JournalEntry> {
  const path = `/v1/tasks/${taskId}/events`;
  const response = await asked.ask(path, { headers: { "last-event-id": String(after) } });
  if (response.status !== 200 || response.body === null) {
    throw new Error(`Cannot follow ${taskId} after ${after}: ${response.status}`);
  }
  const entries: JournalEntry[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => {
      // The last word of a connection: what could not be reached may be back by now.
      if (event === "error" && Problem.parse(JSON.parse(data)).status === 503) return;
      if (event === "error" || event === "resync") throw new Error(`${path}: ${event}: ${data}`);
      entries.push(JournalEntry.parse(JSON.parse(data)));
    },
  });
  const chunks = response.body.pipeThrough(new TextDecoderStream());
  try {
    for await (const text of chunks) {
      parser.feed(text);
      yield* entries.splice(0);
    }
  } catch (error) {
    if (isCut(error)) return;
    throw error;
  }
}

/** The runner went in the midst of an answer. */
function isCut(error: unknown): boolean {
  return error instanceof TypeError && error.message === "terminated";
}
