import type { Task } from "#shared/task.ts";
import type { Asked, Interruption } from "./store.ts";

/** What a host has to do at the moment, as it tells the others. */
export interface HostLoad {
  /** Tasks that it runs. */
  readonly running: number;
  /** Tasks that it could run at once. */
  readonly capacity: number;
  /** Resident CLI processes. */
  readonly sessions: number;
  /** Memory of all its CLI processes, in bytes. */
  readonly memoryBytes: number;
}

/** A host as the others see it. Times are epoch milliseconds. */
export interface HostRecord {
  /** Stays the same through restarts: it names the disk with the checkouts and conversations. */
  readonly id: string;
  /** How it calls itself in journals. */
  readonly name: string;
  /** Where the other hosts reach it; null when they can't. */
  readonly url: string | null;
  readonly startedAt: number;
  readonly seenAt: number;
  /** `lost` has not been heard of for longer than a lease lasts. */
  readonly state: "up" | "draining" | "lost";
  readonly load: HostLoad;
}

/** What a host learns when it tells that it lives. */
export interface Heartbeat {
  /** Tasks that this host ran and that are not its own any more: their attempts are to stop. */
  readonly lost: readonly string[];
  /** Tasks that this host runs and should stop, also when no watch has told of it. */
  readonly interruptions: readonly { taskId: string; interruption: Interruption }[];
}

/** Which failed tasks to list. */
export interface DeadLetterFilter {
  /** The code of the error that the task ended with. */
  readonly code?: string | undefined;
  /** `<owner>/<name>`, on any forge. */
  readonly repository?: string | undefined;
  /** Ended at or after that time, in epoch milliseconds. */
  readonly since?: number | undefined;
  readonly limit: number;
}

/** What became of a replay; `duplicate` names the earlier replay, which has not ended yet. */
export type Replayed =
  | Asked
  | { readonly outcome: "duplicate"; readonly taskId: string; readonly sessionId: string };

/** What is to be forgotten. */
export interface Retention {
  /** Tasks that ended before this time go with all that belongs to them; epoch milliseconds. */
  readonly before: number;
  /**
   * Bytes that the journals of ended tasks may take together. The oldest lose all entries but their
   * terminal one until the rest fits.
   */
  readonly maxBytes?: number | undefined;
  /** Reviews that are kept to be given again go when they were made before this time. */
  readonly reviewsBefore?: number | undefined;
  /** Ends it after the step that runs; what is left is for the next time. */
  readonly signal?: AbortSignal | undefined;
}

/** How much was forgotten. */
export interface Pruned {
  /** Tasks that are gone. */
  readonly tasks: number;
  /** Tasks whose journal is down to its last entry. */
  readonly journals: number;
}

/**
 * What many hosts that share a store need of it, and one host as well: who is there, who has which
 * session, and what became of tasks whose host is gone. A {@link Store} is one of these.
 *
 * A claim is a lease: it lasts {@link leaseTime} and `heartbeat` renews it, so a host calls that
 * several times in it. A session belongs to the host that claimed last from it, its holder: there are
 * its process, conversation and checkout. While the holder is up, the next task is left to it for
 * {@link affinityTime}; then any host may take it, and the session starts anew there.
 *
 * @throws CicdError from any method, as those of {@link Store}.
 */
export interface Cluster {
  /** This host's own id. */
  readonly hostId: string;
  /** The clock that tasks are dated by, the same for all hosts; in epoch milliseconds. */
  readonly now: () => number;
  /** Tells that this host lives, and renews the leases of all tasks that it has claimed. */
  heartbeat(load: HostLoad): Promise<Heartbeat>;
  /** All hosts, the longest running first; one that left is not among them. */
  hosts(): Promise<HostRecord[]>;
  /** From now on other hosts take the tasks of this host's sessions at once. */
  drain(): Promise<void>;
  /** This host ends in peace: it is not listed any more. What it still runs is for `reap`. */
  leave(): Promise<void>;
  /**
   * Queues what ran on hosts whose lease has run out, or ends it when it was to stop or has lost
   * its host too often. What this host has claimed itself is left alone. Any host may call it, at
   * any time; gives the ids of the tasks.
   */
  reap(): Promise<string[]>;

  /** Makes this host the session's holder; false when another host that is up holds it. */
  holdSession(sessionId: string): Promise<boolean>;
  /** This host has nothing of the session any more: its conversation and workspace are forgotten. */
  releaseSession(sessionId: string): Promise<void>;
  /** The sessions that this host holds, in no order; what it has of others is outdated. */
  heldSessions(): Promise<string[]>;

  /** Tasks that ended as failed and were not replayed, the latest first. */
  deadLetters(filter: DeadLetterFilter): Promise<Task[]>;
  /**
   * Queues a failed task again as a new one, whose `task.queued` names it as `replay_of`. While that
   * one lives, another replay only names it. Undefined for an unknown task.
   * @throws CicdError `conflict` when the task has not failed.
   */
  replay(taskId: string, options: { limit: number }): Promise<Replayed | undefined>;
  /**
   * Forgets what has ended, in small steps that other writes come between. A reader of a shortened
   * journal sees that by its numbers; a task that is gone is unknown, and its delivery as well.
   */
  prune(retention: Retention): Promise<Pruned>;
}
