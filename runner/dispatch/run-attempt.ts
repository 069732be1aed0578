import { CicdError } from "#shared/error.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { Task, TaskResult } from "#shared/task.ts";
import { toTaskError } from "#shared/task-error.ts";
import type { Claim, Outcome, Store } from "../store/store.ts";
import { Stopped, watchInterruption } from "./interruption.ts";
import { JournalWriter } from "./journal-writer.ts";
import { type RetryPolicy, retryDelay } from "./retry-policy.ts";

/** Does the work of a task; throws what went wrong, or the signal's reason when it aborts. */
export type Work = (task: Task, context: WorkContext) => Promise<TaskResult>;

/** What work is bound to while it runs. */
export interface WorkContext {
  readonly signal: AbortSignal;
  readonly onEvent: (event: JournalEvent) => void;
  /** Journals an event and waits until it is there. */
  readonly keep: (event: JournalEvent) => Promise<void>;
  /** The step of a trace that this is in, as the header `traceparent` has it. */
  readonly traceparent?: string | undefined;
  /** @throws CicdError `conflict` when the task is no longer this host's; the signal's reason. */
  readonly checkHeld: () => Promise<void>;
  /** Remembers that the task is shown as running on a page, so that its end will be shown too. */
  readonly owePage: () => Promise<void>;
}

/** What an attempt needs. */
export interface AttemptOptions {
  readonly store: Store;
  readonly work: Work;
  readonly retry: RetryPolicy;
  /** Aborts with {@link Stopped} when the host stops, or has lost the task. */
  readonly stop: AbortSignal;
}

/**
 * Runs a claimed task once and tells how that ended. Its events are in the journal by then; the
 * terminal one comes with the outcome, in the transaction that finishes the attempt.
 */
export async function runAttempt(claim: Claim, options: AttemptOptions): Promise<Outcome> {
  const { store, work, retry, stop } = options;
  const { task } = claim;
  const own = new AbortController();
  const signal = AbortSignal.any([own.signal, stop]);
  const done = new AbortController();
  const journal = new JournalWriter(store, claim, { onLost: (error) => own.abort(error) });
  const watching = watchInterruption(store, task.id, done.signal, (interruption) =>
    own.abort(new Stopped(interruption)),
  ).catch((error) => own.abort(CicdError.from(error)));
  try {
    const result = await work(task, workContext(claim, { store, journal, signal }));
    await journal.settled();
    own.signal.throwIfAborted();
    return { state: "succeeded", result };
  } catch (error) {
    await journal.settled();
    return outcomeOf(signal.aborted ? signal.reason : error, task, retry);
  } finally {
    done.abort();
    await watching;
  }
}

function workContext(
  claim: Claim,
  { store, journal, signal }: { store: Store; journal: JournalWriter; signal: AbortSignal },
): WorkContext {
  const held = async (isHeld: () => Promise<boolean>) => {
    signal.throwIfAborted();
    if (!(await isHeld())) throw new CicdError("conflict", "Task is no longer this host's");
  };
  return {
    signal,
    traceparent: claim.traceparent,
    onEvent: (event) => journal.write(event),
    keep: async (event) => {
      journal.write(event);
      await journal.settled();
      signal.throwIfAborted();
    },
    checkHeld: () => held(() => store.append(claim, [])),
    owePage: () => held(() => store.owePage(claim)),
  };
}

function outcomeOf(thrown: unknown, { attempt }: Task, retry: RetryPolicy): Outcome {
  if (thrown instanceof Stopped) {
    const { reason } = thrown;
    switch (reason.kind) {
      case "cancelled":
        return { state: "cancelled", reason: reason.reason };
      case "superseded":
        return { state: "superseded", by: reason.by };
      case "shutdown":
      case "lost":
        return { state: "released" };
    }
  }
  const error = CicdError.from(thrown);
  const delay = retryDelay(error, attempt, retry);
  return delay === undefined
    ? { state: "failed", error: toTaskError(error) }
    : { state: "queued", delay, error: toTaskError(error) };
}
