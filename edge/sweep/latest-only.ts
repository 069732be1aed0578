import { sessionIdOf } from "#shared/session-id.ts";
import type { Received } from "../understand.ts";
import { isDeciding } from "./overtaken.ts";

/** A delivery that was missed and would make a task. */
export type MissedTask = Extract<Received, { kind: "task" }> & {
  /** In epoch milliseconds. */
  readonly at: number;
};

/** Deliveries of which one counts. */
export interface Group {
  readonly latest: MissedTask;
  /** The latest too. */
  readonly all: readonly MissedTask[];
}

/**
 * Groups tasks, the oldest first, that decide what becomes of a pull request: a review of what was
 * pushed over since, or that was closed since, would be in vain. What people ask each counts. Groups
 * are in the order of their latest.
 */
export function latestOnly(tasks: readonly MissedTask[]): Group[] {
  const byKey = new Map<string, [MissedTask, ...MissedTask[]]>();
  for (const task of tasks) {
    const decides = isDeciding({ kind: task.task, event: task.event });
    const key = decides ? sessionIdOf(task.event) : `delivery ${task.deliveryId}`;
    const earlier = byKey.get(key) ?? [];
    // A session that got something later has its place behind the others.
    byKey.delete(key);
    byKey.set(key, [task, ...earlier]);
  }
  return [...byKey.values()].map((all) => ({ latest: all[0], all }));
}
