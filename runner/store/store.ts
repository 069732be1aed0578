import type { DeliveryIgnored, HandOff, SkippedDelivery } from "#shared/api.ts";
import type { JournalEntry, JournalEvent } from "#shared/journal.ts";
import type { OpenPermission } from "#shared/open-permission.ts";
import type { Spending, Task, TaskError, TaskKind, TaskResult, TaskState } from "#shared/task.ts";

import type { UsageDay } from "#shared/usage.ts";
import type { Cluster } from "./cluster.ts";
import type { KeptLimits, KeptReview } from "./review-table.ts";

/**
 * Proof that a host runs a task. Every write for the task carries it, and a write whose fence is
 * not the current one does nothing: a host that lost the task can neither journal nor finish it.
 */
interface Fence {
  /** This one claim: new each time, so that one given back is not taken for the one after it. */
  readonly owner: string;
  /** The attempt that was claimed, from 1. */
  readonly attempt: number;
}

/** A task that this host runs. */
export interface Claim {
  readonly task: Task;
  readonly fence: Fence;
  /** The step of a trace that brought the task, as the header `traceparent` has it. */
  readonly traceparent?: string | undefined;
}

/** Why a running task should stop. */
export type Interruption =
  | { readonly kind: "cancelled"; readonly reason: string }
  | { readonly kind: "superseded"; readonly by: string };

/** How an attempt ended. */
export type Outcome =
  | { readonly state: "succeeded"; readonly result: TaskResult }
  | { readonly state: "failed"; readonly error: TaskError }
  | { readonly state: "cancelled"; readonly reason: string }
  | { readonly state: "superseded"; readonly by: string }
  /** Run it again, `delay` milliseconds from now. */
  | { readonly state: "queued"; readonly delay: number; readonly error: TaskError }
  /** Give it back as if it had not been started: the host stops. */
  | { readonly state: "released" };

/** How a task is queued. */
export interface QueueOptions {
  /** How many tasks may wait. */
  readonly limit: number;
  /** Tasks of other sessions with a lower one wait longer; default 0. Within a session it is order that counts. */
  readonly priority?: number | undefined;
  /** How long a delivery has waited since an edge first took it, in milliseconds; default: not at all. */
  readonly waited?: number | undefined;
}

/** What became of a hand-off. */
export type Admission =
  | {
      readonly outcome: "accepted" | "duplicate";
      readonly taskId: string;
      readonly sessionId: string;
    }
  | { readonly outcome: "full"; readonly depth: number };

/** What became of a question. */
export type Asked =
  | { readonly outcome: "accepted"; readonly taskId: string; readonly sessionId: string }
  | { readonly outcome: "full"; readonly depth: number };

/** What the store remembers of a session. Times are epoch milliseconds. */
export interface SessionRecord {
  readonly id: string;
  readonly forge: string;
  readonly host: string;
  readonly owner: string;
  readonly repository: string;
  readonly number: number;
  /** The CLI's own conversation; null before its first message. */
  readonly conversation: Conversation | null;
  /** The name of its folder on the holder's disk; null while it has none. */
  readonly workspace: string | null;
  /** The host that has its process, conversation and workspace; null while nobody has any. */
  readonly holder: string | null;
  readonly createdAt: number;
  readonly activeAt: number;
}

/** A conversation of the CLI that has begun: a process goes on with it by `--resume`. */
export interface Conversation {
  readonly id: string;
  /**
   * What it had cost, in US dollars, when a process of it last ended by itself: the CLI counts on
   * from there. It saves the figure then, and not when it is killed.
   */
  readonly costUsd: number;
  /** The name of a copy of it that other hosts can read, as of its last turn; null without one. */
  readonly transcript: string | null;
}

/** Numbers of the queue. */
export interface QueueStats {
  readonly queued: number;
  readonly running: number;
  /**
   * When the next delayed task is due, or one is not left to another host any more; in epoch
   * milliseconds.
   */
  readonly nextRunAt: number | undefined;
  /** When the task was accepted that has waited longest, in epoch milliseconds. */
  readonly oldestQueuedAt: number | undefined;
}

/**
 * Tells that something may have changed; the reader then looks. Latches between two waits, of which
 * there is one at a time.
 */
export interface Watch extends Disposable {
  /**
   * Resolves at the next change, or at once when one came since the last wait; also on abort, and
   * once the watch is disposed of.
   */
  next(signal?: AbortSignal): Promise<void>;
}

/**
 * Deliveries, tasks, sessions and journals, durable before a method resolves.
 * @throws CicdError from any method: `store_unavailable` when the disk refuses, `shutting_down` when
 * the store is closed.
 */
export interface Store extends Cluster, AsyncDisposable {
  /**
   * Takes a hand-off in: delivery, session and task in one transaction, the journal's `task.queued`
   * included. Queued tasks with the same supersede key end as superseded, a running one is
   * interrupted. A known delivery changes nothing. With `limit` queued tasks nothing is taken in.
   * A review or close that has waited at an edge, and knows an older state of its pull request than
   * the last one taken in, ends none: its own task ends at once, superseded by that one, whatever has
   * become of it.
   * @throws CicdError `conflict` when another delivery has made a task of this id.
   */
  enqueue(handOff: HandOff, options: QueueOptions): Promise<Admission>;
  /**
   * Queues a task of kind `ask` for a session, about what its latest task was about. It supersedes
   * nothing, and nothing but a cancellation ends it before it runs. Undefined for an unknown session.
   * @throws CicdError `conflict` when there is a task of this id.
   */
  ask(
    sessionId: string,
    question: { taskId: string; text: string },
    options: QueueOptions,
  ): Promise<Asked | undefined>;
  /**
   * A task that is due and whose session is free, now running on this host: of the highest priority,
   * then of the repository that was served least, then the oldest. One that this program can't read
   * fails instead, and the next is taken.
   */
  claim(): Promise<Claim | undefined>;
  /** Adds to the journal, or nothing; false when the fence is not current any more. */
  append(claim: Claim, events: readonly JournalEvent[]): Promise<boolean>;
  /** Ends the attempt, with the terminal event in the same transaction; false when fenced off. */
  finish(claim: Claim, outcome: Outcome): Promise<boolean>;
  /** Ends a queued task, or interrupts a running one; undefined when there is no such task. */
  cancel(taskId: string, reason: string): Promise<"removed" | "signalled" | "ended" | undefined>;
  /** Why a running task should stop, if it should. */
  interruption(taskId: string): Promise<Interruption | undefined>;

  task(id: string): Promise<Task | undefined>;
  /** Newest first. */
  tasks(filter: TaskFilter): Promise<Task[]>;
  /** By `<forge>:<delivery id>`, as `deliveryKey` makes it: ids of two forges may be the same. */
  taskOfDelivery(deliveryKey: string): Promise<Task | undefined>;
  /**
   * Remembers why a delivery made no task, for all hosts and as one of the last `limit`. A power cut
   * may take it.
   */
  skip(delivery: SkippedDelivery, options: { readonly limit: number }): Promise<void>;
  /** What is remembered of such a delivery, by its key as above. */
  skippedDelivery(deliveryKey: string): Promise<DeliveryIgnored | undefined>;
  /** Entries after sequence number `after`, in order. */
  journal(taskId: string, after: number, limit: number): Promise<JournalEntry[]>;
  /** The sequence number of the last entry; 0 when there is none. */
  journalEnd(taskId: string): Promise<number>;
  /** The entries that begin or end a step of the task, in order, without what was said between. */
  steps(taskId: string): Promise<JournalEntry[]>;

  /** What people are asked about running turns and has not run out, the oldest first. */
  openPermissions(): Promise<OpenPermission[]>;

  /**
   * Remembers that a page shows the task as running: however it ends, the page has to be told.
   * False when the fence is not current any more.
   */
  owePage(claim: Claim): Promise<boolean>;
  /**
   * Tasks that have ended and whose page has not been told, oldest first. No host gets them again for
   * so many milliseconds.
   */
  takeOwedPages(limit: number, time: number): Promise<Task[]>;
  /** The page of a task is not to be told for so many milliseconds. */
  postponePage(taskId: string, time: number): Promise<void>;
  /** The page of a task is as it should be. */
  settlePage(taskId: string): Promise<void>;

  session(id: string): Promise<SessionRecord | undefined>;
  /** Most recently active first. */
  sessions(limit: number): Promise<SessionRecord[]>;
  /** Nothing happens when another host holds the session, here as below. */
  setConversation(sessionId: string, conversation: Conversation | null): Promise<void>;
  setWorkspace(sessionId: string, workspace: string | null): Promise<void>;
  /** The workspaces of all sessions that this host holds, in no order. */
  workspaces(): Promise<string[]>;
  /** Sessions that this host holds, with a workspace and no live task, and none since that time. */
  sessionsIdleSince(epochMs: number): Promise<string[]>;

  /** Writes down what a task took of the model. It stays when the conversation is forgotten. */
  addUsage(taskId: string, sessionId: string, spending: Spending): Promise<void>;
  /** What all attempts of a task took. */
  spentByTask(taskId: string): Promise<Spending>;
  spentBySession(sessionId: string): Promise<Spending>;
  /** What all sessions took at or after a moment. */
  spentSince(epochMs: number): Promise<Spending>;
  /** What was spent and done on each of the last days, the last one today; in UTC. */
  usageByDay(days: number): Promise<UsageDay[]>;

  /** The review that all hosts keep under a key, when it is no older than `ttl` milliseconds. */
  findReview(key: string, ttl: number): Promise<KeptReview | undefined>;
  /** Keeps a review for all hosts, and forgets the oldest where it takes too much room. */
  keepReview(review: Omit<KeptReview, "at">, limits: KeptLimits): Promise<void>;

  /** What is due next is told as seen from so many milliseconds ago; default: from now. */
  stats(ago?: number): Promise<QueueStats>;
  watchTask(taskId: string): Watch;
  watchQueue(): Watch;
}

/** Which tasks to list. */
export interface TaskFilter {
  readonly sessionId?: string | undefined;
  readonly state?: TaskState | undefined;
  readonly kind?: TaskKind | undefined;
  readonly limit: number;
}
