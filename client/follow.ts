import { EventSourceParserStream } from "eventsource-parser/stream";
import { CicdError } from "#shared/error.ts";
import { fullJitter } from "#shared/full-jitter.ts";
import { isTerminalType, JournalEntry, journalTypes } from "#shared/journal.ts";
import { errorOfProblem } from "#shared/problem.ts";

/** How a journal is followed. Times are in milliseconds. */
export interface FollowOptions {
  /** Begins behind this sequence number; default 0. */
  readonly after?: number;
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** How long to go on trying while nothing answers; default five minutes. */
  readonly patience?: number;
  /** The journal does not reach to where we were, after a power cut: its numbers begin again. */
  readonly onResync?: () => void;
  /** Why nothing came of an attempt that another one follows. */
  readonly onRetry?: (error: CicdError) => void;
}

/** Opens the stream behind a sequence number; an answer without a body says that there is no more. */
type Open = (after: number, signal: AbortSignal | undefined) => Promise<Response>;

/** What one connection has brought so far. */
interface Progress {
  last: number;
  /** How long the server wants its clients to wait before they come back. */
  retryMs: number;
  /** Attempts of which nothing came, one after the other. */
  failures: number;
  /** When something came, a heartbeat too. Epoch milliseconds. */
  heardAt: number;
}

/** The longest pause between two attempts, in milliseconds. */
const longestPause = 30_000;

/**
 * The entries of a journal, each once and in order, through any number of connections, to the
 * terminal one. Entries of a type that this version does not know are left out.
 * @throws CicdError when it is refused; when nothing has answered for `patience`: the last reason;
 * `cancelled` when the signal aborts.
 */
export async function* follow(
  open: Open,
  { after = 0, signal, patience = 300_000, onResync = () => {}, onRetry }: FollowOptions,
): AsyncGenerator<JournalEntry, void> {
  const progress: Progress = { last: after, retryMs: 2000, failures: 0, heardAt: Date.now() };
  for (;;) {
    let pause = progress.retryMs;
    try {
      const { body } = await open(progress.last, signal);
      if (body === null) return;
      for await (const entry of entriesOf(body, progress, onResync)) {
        yield entry;
        if (isTerminalType(entry.type)) return;
      }
    } catch (thrown) {
      throwIfAborted(signal);
      const error = thrown instanceof CicdError ? thrown : brokenOff(thrown);
      const mayPass = error.category === "transient" || error.category === "platform";
      const isOver = Date.now() - progress.heardAt > patience;
      if (!mayPass || error.code === "internal" || isOver) throw error;
      onRetry?.(error);
      progress.failures += 1;
      pause = Math.max(backOff(pause, progress.failures), (error.retryAfter ?? 0) * 1000);
    }
    await wait(pause, signal);
  }
}

/** The entries of one connection that are new. */
async function* entriesOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  progress: Progress,
  onResync: () => void,
): AsyncGenerator<JournalEntry, void> {
  const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(
    new EventSourceParserStream({
      onRetry: (milliseconds) => {
        progress.retryMs = milliseconds;
      },
      onComment: () => hear(progress),
    }),
  );
  for await (const { event = "", data } of events) {
    if (event === "error") throw errorOfProblem(data);
    if (event === "resync") {
      progress.last = 0;
      onResync();
    }
    if (!journalTypes.some((type) => type === event)) continue;
    const entry = read(data);
    if (entry.seq <= progress.last) continue;
    progress.last = entry.seq;
    hear(progress);
    yield entry;
  }
}

function hear(progress: Progress): void {
  progress.failures = 0;
  progress.heardAt = Date.now();
}

function brokenOff(cause: unknown): CicdError {
  const message = "Cannot follow task: the connection broke off";
  return new CicdError("runner_unavailable", message, { cause });
}

function read(data: string): JournalEntry {
  try {
    return JournalEntry.parse(JSON.parse(data));
  } catch (cause) {
    throw new CicdError("internal", "Cannot follow task: an entry is none", { cause });
  }
}

/** A pause that grows with each failure, and is another one for each client. */
function backOff(first: number, failures: number): number {
  return fullJitter(failures + 1, { initial: first, max: longestPause });
}

/** @throws CicdError `cancelled`. */
async function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  throwIfAborted(signal);
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  const timer = setTimeout(end, milliseconds);
  signal?.addEventListener("abort", end);
  await promise;
  clearTimeout(timer);
  signal?.removeEventListener("abort", end);
  throwIfAborted(signal);
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new CicdError("cancelled", "Cannot follow task: cancelled", { cause: signal.reason });
}
