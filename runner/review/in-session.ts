import { CicdError } from "#shared/error.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { Start, Task, Timing } from "#shared/task.ts";
import type { UserMessage } from "../claude/input.ts";
import type { Lease, Ready } from "../session/lease.ts";
import type { SessionManager } from "../session/manager.ts";
import type { Skill } from "../skills/skill.ts";
import type { Subject } from "../subject.ts";
import type { Checkout } from "../workspace/checkout.ts";
import type { AskOptions } from "./ask.ts";
import type { LastReview } from "./last-review.ts";
import type { ReportContext } from "./report.ts";
import type { Spent, Talk } from "./talk.ts";

/** What a talk in a session works with. */
export interface SessionContext extends AskOptions, ReportContext {
  readonly sessions: SessionManager;
  readonly subject: Subject;
  /** Fetches the head into the session's workspace and reads the diff. */
  readonly prepare: (folder: string) => Promise<Checkout>;
  /** What was said last about the pull request; undefined when nothing was. */
  readonly lastReview: LastReview | undefined;
  /** What people said into turns of earlier attempts; default nothing. */
  readonly received?: readonly UserMessage[];
  /** The step of a trace that the task is in; a process that is started for it is told. */
  readonly traceparent?: string | undefined;
  /** What the task goes by; default nothing but the system prompt. */
  readonly skills?: readonly Skill[];
}

/** Holds the talk once; another process may have to be asked the same. */
export type Talking<T> = (task: Task, talk: Talk, options: AskOptions) => Promise<T>;

/**
 * What is done about a process that dies or hangs, one step after the other: take up the
 * conversation with a new process and deliver the message again, begin a new conversation that is
 * told of the old one, and last a process that is used for this alone.
 */
const ladder = ["serve", "resume", "begin anew", "one shot"] as const;

/** What a talk in a session led to. */
export interface Held<T> {
  readonly said: T;
  readonly headSha: string;
  readonly timing: Timing;
}

/**
 * Talks in the session of a task, with its pull request checked out, and sees to processes that do
 * not survive it.
 * @throws CicdError of what went wrong; the signal's reason when it aborts.
 */
export async function inSession<T extends Spent>(
  task: Task,
  context: SessionContext,
  talk: Talking<T>,
): Promise<Held<T>> {
  const { said, prepared, start, process_ms } = await climb(task, context, talk);
  const { checkout, workspace_ms } = prepared;
  const { turn_ms } = said;
  const timing = { start, wait_ms: waitOf(task), workspace_ms, process_ms, turn_ms };
  return { said, headSha: checkout.headSha, timing };
}

async function climb<T>(
  task: Task,
  context: SessionContext,
  talk: Talking<T>,
): Promise<Attempted<T>> {
  const prepare = timedOnce(context.prepare);
  const received = [...(context.received ?? [])];
  const onEvent = (event: JournalEvent) => {
    if (event.type === "message.received") {
      received.push({ uuid: event.data.message_id, text: event.data.text });
    }
    context.onEvent(event);
  };
  const deaths: CicdError[] = [];
  let lastError: unknown;
  for (const rung of ladder) {
    // A process that hung may have obeyed its interrupt, and would be asked again.
    if (rung === "resume") await context.sessions.terminate(task.session_id);
    if (rung === "begin anew" || rung === "one shot") {
      await context.sessions.forget(task.session_id);
    }
    let wasReady = false;
    const onReady = () => {
      wasReady = true;
    };
    try {
      return await attempt(task, talk, {
        ...context,
        prepare,
        onEvent,
        received: [...received],
        oneShot: rung === "one shot",
        onReady,
      });
    } catch (error) {
      if (!(error instanceof CicdError && error.category === "session")) throw error;
      lastError = error;
      if (!wasReady || !(error.code === "cli_exited" || error.code === "cli_silent")) continue;
      deaths.push(error);
      // The message is what both have in common.
      if (deaths.length === 2) context.onEvent({ type: "input.poisonous", data: { deaths: 2 } });
    }
  }
  throw deaths.length < 2 ? lastError : poisonous(task, deaths);
}

function poisonous({ kind }: Task, deaths: readonly CicdError[]): CicdError {
  const ends = deaths.map(({ message }) => message).join("; ");
  const message = `${deaths.length} processes did not survive this ${kind}: ${ends}`;
  return new CicdError("input_poisonous", message, {
    cause: deaths.at(-1),
    hint: "Deliver it again when the CLI was updated, or review this pull request by hand",
  });
}

interface Attempted<T> {
  readonly said: T;
  readonly prepared: Prepared;
  readonly start: Start;
  readonly process_ms: number;
}

interface AttemptContext extends Omit<SessionContext, "prepare"> {
  readonly prepare: (folder: string) => Promise<Prepared>;
  readonly received: readonly UserMessage[];
  readonly oneShot: boolean;
  readonly onReady: () => void;
}

async function attempt<T>(
  task: Task,
  talk: Talking<T>,
  context: AttemptContext,
): Promise<Attempted<T>> {
  const { sessions, subject, prepare, received, oneShot, onReady, onEvent, signal } = context;
  const began = performance.now();
  using lease = await sessions.lease(task.session_id, {
    oneShot,
    confined: subject.pull_request.fork,
    traceparent: context.traceparent,
    onStarting: (start) => onEvent({ type: "session.starting", data: { start } }),
  });
  // The process starts while the commits are fetched; what these lead to comes first.
  const readying = becomeReady(lease, { began, onEvent, signal });
  readying.catch(() => {});
  const prepared = await prepare(lease.folder);
  const { ready, readyAt } = await readying;
  onReady();
  const process_ms = Math.max(0, readyAt - Math.max(began, prepared.doneAt));
  const { checkout } = prepared;
  const { lastReview, skills = [] } = context;
  const about = { subject, checkout, lastReview, received, skills };
  const said = await talk(task, { lease, ready, ...about }, context);
  return { said, prepared, start: ready.start, process_ms };
}

/** Waits for the process, and journals how it came to be. */
async function becomeReady(
  lease: Lease,
  { began, onEvent, signal }: Pick<SessionContext, "onEvent" | "signal"> & { began: number },
): Promise<{ ready: Ready; readyAt: number }> {
  const ready = await lease.ready(signal);
  const { start, pid } = ready;
  const readyAt = performance.now();
  const duration_ms = readyAt - began;
  onEvent(
    start === "resumed"
      ? { type: "session.resumed", data: { pid, duration_ms } }
      : { type: "session.ready", data: { start, pid, duration_ms } },
  );
  return { ready, readyAt };
}

/** The head of a pull request, and how long it took to get it. */
interface Prepared {
  readonly checkout: Checkout;
  readonly workspace_ms: number;
  /** By `performance.now()`. */
  readonly doneAt: number;
}

/** Prepares once, however often it is asked for: one task may take several processes. */
function timedOnce(prepare: (folder: string) => Promise<Checkout>) {
  let preparing: Promise<Prepared> | undefined;
  const run = async (folder: string): Promise<Prepared> => {
    const began = performance.now();
    const checkout = await prepare(folder);
    const doneAt = performance.now();
    return { checkout, workspace_ms: doneAt - began, doneAt };
  };
  return (folder: string): Promise<Prepared> => {
    preparing ??= run(folder);
    return preparing;
  };
}

/** How long a task had to wait until it was first started, in milliseconds. */
export function waitOf({ created_at, started_at }: Task): number {
  return started_at === null ? 0 : Math.max(0, Date.parse(started_at) - Date.parse(created_at));
}
