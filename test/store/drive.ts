import assert from "node:assert/strict";
import type { HostLoad } from "#runner/store/cluster.ts";
import type { Claim, Outcome, QueueOptions, Store } from "#runner/store/store.ts";
import type { HandOff } from "#shared/api.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { TaskError } from "#shared/task.ts";
import { handOff } from "./hand-off.ts";

/** The outcome of a task that went well. */
export const done: Outcome = { state: "succeeded", result: { kind: "close" } };

/** An error as a task reports it. */
export const trouble: TaskError = { code: "internal", category: "platform", message: "Broke" };

/** The outcome of an attempt that is to be repeated after so many milliseconds. */
export function retryIn(delay: number): Outcome {
  return { state: "queued", delay, error: trouble };
}

/** What a host with nothing to do tells of itself. */
export const idle: HostLoad = { running: 0, capacity: 0, sessions: 0, memoryBytes: 0 };

/** A journal event with a text that can be told from others. */
export function said(text: string): JournalEvent {
  return { type: "message.delta", data: { text } };
}

/** Enqueues with room for many, and gives the id of the task that was made. */
export async function accepted(
  store: Store,
  work: HandOff = handOff(),
  options: Omit<QueueOptions, "limit"> = {},
): Promise<string> {
  const admission = await store.enqueue(work, { limit: 1000, ...options });
  assert.equal(admission.outcome, "accepted");
  return work.task_id;
}

/** Claims a task, which must be there. */
export async function claimed(store: Store): Promise<Claim> {
  return (await store.claim()) ?? assert.fail("there is nothing to claim");
}

/** A task's state, and the types of its journal, whose numbers must run from 1 without a gap. */
export async function story(store: Store, id: string) {
  const [task, journal] = await Promise.all([store.task(id), store.journal(id, 0, 10_000)]);
  assert.deepEqual(
    journal.map(({ seq }) => seq),
    journal.map((_, index) => index + 1),
  );
  return { state: task?.state, types: journal.map(({ type }) => type) };
}
