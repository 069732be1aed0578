import type { JournalEntry } from "#shared/journal.ts";
import type { Start, Timing } from "#shared/task.ts";

/** One review as its reader saw it; all times in milliseconds, the first three from the webhook. */
export interface ReviewTimes {
  readonly answeredMs: number;
  readonly firstMs: number;
  readonly totalMs: number;
  readonly timing: Timing;
  /** What of the turn the CLI did not need. */
  readonly overheadMs: number;
  readonly fetchMs: number;
  readonly checkoutMs: number;
  readonly diffMs: number;
  /** What was sent to the model and not read from its cache. */
  readonly newTokens: number;
  /** What was read from it. */
  readonly cachedTokens: number;
  readonly sessionId: string;
  /** The CLI process. */
  readonly pid: number;
}

/** Takes the times of one review while its journal is read. It begins when it is made. */
export class Reading {
  readonly #began = performance.now();
  readonly #entries: JournalEntry[] = [];
  #answeredMs = 0;
  #firstMs: number | undefined;

  /** The webhook was answered. */
  answered(): void {
    this.#answeredMs = this.#sinceBegin();
  }

  /** An entry came. */
  read(entry: JournalEntry): void {
    if (entry.type === "message.delta") this.#firstMs ??= this.#sinceBegin();
    this.#entries.push(entry);
  }

  /** Call it with the terminal entry. @throws Error unless it is a review, begun like `start`. */
  end(start: Start): ReviewTimes {
    const totalMs = this.#sinceBegin();
    const times: Partial<Record<string, number>> = {};
    let pid: number | null = null;
    let overheadMs = 0;
    for (const { type, data, time } of this.#entries) {
      if (type === "workspace.step") times[data.step] = Date.parse(time);
      if (type === "workspace.ready") times.ready = Date.parse(time);
      if (type === "session.ready" || type === "session.resumed") pid = data.pid;
      if (type === "turn.completed") overheadMs = data.overhead_ms;
    }
    const last = this.#entries.at(-1);
    const { fetch, checkout, diff, ready } = times;
    const result = last?.type === "task.succeeded" ? last.data.result : undefined;
    const firstMs = this.#firstMs;
    if (last === undefined || result?.kind !== "review" || pid === null || firstMs === undefined) {
      throw new Error(`Cannot time review: it ended with ${JSON.stringify(last)}`);
    }
    const { timing, usage } = result;
    if (timing.start !== start) throw new Error(`Review began ${timing.start} instead of ${start}`);
    return {
      answeredMs: this.#answeredMs,
      firstMs,
      totalMs,
      timing,
      overheadMs,
      fetchMs: between(fetch, checkout),
      checkoutMs: between(checkout, diff),
      diffMs: between(diff, ready),
      newTokens: usage.input_tokens + usage.cache_creation_input_tokens,
      cachedTokens: usage.cache_read_input_tokens,
      sessionId: last.session_id,
      pid,
    };
  }

  #sinceBegin(): number {
    return performance.now() - this.#began;
  }
}

function between(begin: number | undefined, end: number | undefined): number {
  if (begin === undefined || end === undefined) throw new Error("Cannot time review: step missing");
  return end - begin;
}
