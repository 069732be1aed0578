import { CicdError } from "#shared/error.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { Task, TaskResult } from "#shared/task.ts";
import type { Lease } from "../session/lease.ts";
import type { SessionManager } from "../session/manager.ts";
import type { Checkout } from "../workspace/checkout.ts";
import { converse } from "./converse.ts";

/** What a review works with. */
export interface ReviewContext {
  readonly sessions: SessionManager;
  /** Fetches the head and reads the diff. */
  readonly prepare: () => Promise<Checkout>;
  readonly signal: AbortSignal;
  /** Longest time that one turn may take, in milliseconds. */
  readonly turnTimeout: number;
  readonly onEvent: (event: JournalEvent) => void;
}

/**
 * Reviews the head of a pull request in its session.
 * @throws CicdError of what went wrong; the signal's reason when it aborts.
 */
export async function runReview(task: Task, context: ReviewContext): Promise<TaskResult> {
  const began = performance.now();
  const checkout = await context.prepare();
  const workspace_ms = performance.now() - began;
  const { conversation, start, process_ms } = await inSession(task, checkout, context);
  const { review, usage, turn_ms } = conversation;
  const timing = { start, wait_ms: waitOf(task), workspace_ms, process_ms, turn_ms };
  return { kind: "review", head_sha: checkout.headSha, review, usage, timing };
}

/**
 * What is done about a process that dies in the middle of a turn, one step after the other: take
 * up the conversation with a new process and deliver the message again, then begin a new one.
 */
const ladder = ["serve", "resume", "begin anew"] as const;

async function inSession(task: Task, checkout: Checkout, context: ReviewContext) {
  let lastError: unknown;
  for (const rung of ladder) {
    if (rung === "begin anew") await context.sessions.forget(task.session_id);
    try {
      const began = performance.now();
      using lease = await acquire(task, checkout, context);
      const process_ms = performance.now() - began;
      const conversation = await converse(task, { ...context, lease, checkout });
      return { conversation, start: lease.start, process_ms };
    } catch (error) {
      if (!(error instanceof CicdError && error.category === "session")) throw error;
      lastError = error;
    }
  }
  throw lastError;
}

/** The session's process, and how it came to be in the journal. */
async function acquire(
  { session_id }: Task,
  { tree }: Checkout,
  { sessions, signal, onEvent }: ReviewContext,
): Promise<Lease> {
  const began = performance.now();
  const lease = await sessions.acquire(session_id, {
    cwd: tree,
    signal,
    onStarting: (start) => onEvent({ type: "session.starting", data: { start } }),
  });
  const { start, pid } = lease;
  const duration_ms = performance.now() - began;
  onEvent(
    start === "resumed"
      ? { type: "session.resumed", data: { pid, duration_ms } }
      : { type: "session.ready", data: { start, pid, duration_ms } },
  );
  return lease;
}

function waitOf({ created_at, started_at }: Task): number {
  return started_at === null ? 0 : Math.max(0, Date.parse(started_at) - Date.parse(created_at));
}
