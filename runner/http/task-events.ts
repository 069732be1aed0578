import type { Handler } from "hono";
import { CicdError } from "#shared/error.ts";
import { isTerminalType, type JournalEntry } from "#shared/journal.ts";
import { problemResponse } from "#shared/problem.ts";
import { followTask } from "#shared/routes/tasks.ts";
import type { Store, Watch } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { type FailureOptions, isFault } from "./failures.ts";
import { readInput } from "./serve.ts";
import { missing } from "./tasks.ts";

/** What streaming the journals of tasks needs. Times are in milliseconds. */
export interface TaskEventsOptions extends FailureOptions {
  readonly store: Pick<Store, "task" | "journal" | "journalEnd" | "watchTask">;
  /** Ends all streams; their clients come back by themselves. */
  readonly closing: AbortSignal;
  /** How long a stream may be silent before it sends a comment; default 15 s. */
  readonly heartbeatMs?: number;
  /** How long a client may take nothing of what it is sent before it is dropped; default 30 s. */
  readonly writeTimeoutMs?: number;
  /** A stream begins (1) or ends (-1). */
  readonly onSseClients?: (delta: 1 | -1) => void;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** How many entries are read at once: what a client costs in memory. */
const pageSize = 64;

/**
 * `GET /v1/tasks/:id/events`: a task's journal as server-sent events, what there is and then what
 * comes, to its terminal event. Begins after `Last-Event-ID`, or `?after=`. Each client has its own
 * pump that reads the store only as fast as the client takes it in.
 * @throws CicdError `not_found` for an unknown task, `invalid_request` for a cursor that is none.
 */
export function taskEvents(options: TaskEventsOptions): Handler<RunnerEnv> {
  const { store, closing, heartbeatMs = 15_000, writeTimeoutMs = 30_000 } = options;
  if (writeTimeoutMs <= heartbeatMs) {
    // The socket's timer runs on in silence: heartbeats have to keep it from a healthy client.
    throw new RangeError(`Cannot time writes: ${writeTimeoutMs} ms is within a heartbeat`);
  }
  return async (c) => {
    const { params, query } = await readInput(c, followTask);
    const taskId = params.id;
    if ((await store.task(taskId)) === undefined) missing("task", taskId);
    const after = readCursor(c.req.header("last-event-id")) ?? query.after ?? 0;
    const [next] = after === 0 ? [] : await store.journal(taskId, after - 1, 1);
    const last = next?.seq === after ? next : undefined;
    // An EventSource comes back after every end of a stream, except after a 204.
    if (last !== undefined && isTerminalType(last.type)) return c.body(null, 204);
    const messages = pump(options, {
      taskId,
      after,
      isLost: after > 0 && last === undefined,
      heartbeatMs,
      gone: c.req.raw.signal,
      closing,
      requestId: c.var.requestId,
    });
    // Node destroys a socket that moves no byte in that time, also after the end of the stream.
    c.env?.outgoing?.setTimeout(writeTimeoutMs);
    return c.body(toStream(messages), 200, {
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    });
  };
}

/**
 * The sequence number that an EventSource has seen last; undefined when it has seen none.
 * @throws CicdError `invalid_request`.
 */
function readCursor(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  const message = "Cannot read request: Last-Event-ID must be a whole number";
  throw new CicdError("invalid_request", message);
}

/** A stream that holds nothing itself: a message is made when the last one was taken. */
function toStream(messages: AsyncGenerator<Bytes>): ReadableStream<Bytes> {
  return new ReadableStream(
    {
      pull: async (controller) => {
        const { done, value } = await messages.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => {
        await messages.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

/** What one client is sent. */
interface Stream {
  readonly taskId: string;
  readonly after: number;
  /** The journal does not reach to where the client was. */
  readonly isLost: boolean;
  readonly heartbeatMs: number;
  /** The client is gone. */
  readonly gone: AbortSignal;
  /** The runner stops: what the journal holds by then is still sent. */
  readonly closing: AbortSignal;
  readonly requestId: string;
}

/** The messages of one client. Nothing is read before the client has taken what was there. */
async function* pump(
  { store, onError, onSseClients }: TaskEventsOptions,
  { taskId, after, isLost, heartbeatMs, gone, closing, requestId }: Stream,
): AsyncGenerator<Bytes> {
  onSseClients?.(1);
  try {
    // Before the first read: what is written between a read and the wait is told by the watch.
    using watch = store.watchTask(taskId);
    yield message("retry: 2000");
    // A power cut can take the end of a journal, and its numbers are given again; of one that has
    // ended long ago only the last entry may be left.
    if (isLost) yield message("id: 0", "event: resync", `data: ${JSON.stringify({ after })}`);
    let cursor = isLost ? 0 : after;
    const signal = AbortSignal.any([gone, closing]);
    while (!gone.aborted) {
      const entries = await store.journal(taskId, cursor, pageSize);
      for (const entry of entries) {
        if (gone.aborted) return;
        yield entryMessage(entry);
        if (isTerminalType(entry.type)) return;
        cursor = entry.seq;
      }
      if (entries.length === pageSize) continue;
      if (closing.aborted) return;
      // A task that is there has an entry: this one was forgotten, and its last will never come.
      if (entries.length === 0 && (await store.journalEnd(taskId)) === 0) missing("task", taskId);
      if (!(await hasChanged(watch, heartbeatMs, signal))) yield message(": heartbeat");
    }
  } catch (thrown) {
    const error = CicdError.from(thrown);
    if (isFault(error)) onError?.(error, requestId);
    // The status is sent already: without a word the end would look like a clean one.
    yield message("event: error", `data: ${await problemResponse(error, requestId).text()}`);
  } finally {
    onSseClients?.(-1);
  }
}

/** Waits for a change or the end of `signal`; false when the heartbeat is due first. */
async function hasChanged(
  watch: Watch,
  heartbeatMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const beat = new AbortController();
  const timer = setTimeout(() => beat.abort(), heartbeatMs);
  try {
    await watch.next(AbortSignal.any([signal, beat.signal]));
    return !beat.signal.aborted;
  } finally {
    clearTimeout(timer);
  }
}

function entryMessage(entry: JournalEntry): Bytes {
  return message(`id: ${entry.seq}`, `event: ${entry.type}`, `data: ${JSON.stringify(entry)}`);
}

const encoder = new TextEncoder();

function message(...lines: readonly string[]): Bytes {
  return encoder.encode(`${lines.join("\n")}\n\n`);
}
