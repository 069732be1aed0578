import { sessionIdOf } from "#shared/session-id.ts";
import type { Received } from "../understand.ts";

/** A delivery that was missed and would make a task. */
export type MissedTask = Extract<Received, { kind: "task" }> & {
  /** In epoch milliseconds. */
  readonly at: number;
};

/** Deliveries about one pull request, of which one counts. */
export interface Group {
  readonly latest: MissedTask;
  /** The latest too. */
  readonly all: readonly MissedTask[];
}

/**
 * Groups tasks, the oldest first, by pull request: a review of what was pushed over since, or that
 * was closed since, would be in vain. Groups are in the order of their latest.
 */
export function latestOnly(tasks: readonly MissedTask[]): Group[] {
  const bySession = new Map<string, [MissedTask, ...MissedTask[]]>();
  for (const task of tasks) {
    const session = sessionIdOf(task.event);
    const earlier = bySession.get(session) ?? [];
    // A session that got something later has its place behind the others.
    bySession.delete(session);
    bySession.set(session, [task, ...earlier]);
  }
  return [...bySession.values()].map((all) => ({ latest: all[0], all }));
}
