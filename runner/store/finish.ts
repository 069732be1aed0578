import { holdsClaim } from "./claim.ts";
import { appendEvents } from "./journal-table.ts";
import { readInterruption } from "./rows.ts";
import type { Claim, Interruption, Outcome } from "./store.ts";
import { endingOf, endTask, interruptTask, requeueTask } from "./task-table.ts";
import { affinityTime } from "./timing.ts";
import { type Clock, lock, row, rows, type Work } from "./work.ts";

/** Ends an attempt; false when the claim is not the current one any more. */
export function* finishAttempt(claim: Claim, outcome: Outcome, clock: Clock): Work<boolean> {
  const { id, session_id } = claim.task;
  if (!(yield* holdsClaim(claim))) return false;
  const now = clock();
  const interruption = yield* getInterruption(id);
  const goesOn = outcome.state === "queued" || outcome.state === "released";
  if (!goesOn) {
    yield* endTask(id, outcome, now);
  } else if (interruption !== undefined) {
    yield* endTask(id, endingOf(interruption), now);
  } else if (outcome.state === "queued") {
    const { delay, error } = outcome;
    const retrying = { attempt: claim.fence.attempt, delay_ms: delay, error };
    yield* appendEvents(id, [{ type: "task.retrying", data: retrying }], now);
    yield* requeueTask(id, { delay, now, countAttempt: true });
  } else {
    yield* requeueTask(id, { delay: 0, now, countAttempt: false });
  }
  const delay = outcome.state === "queued" ? outcome.delay : 0;
  yield* rows(
    "UPDATE session SET active_at = ?, holder_until = ? WHERE id = ?",
    now,
    now + delay + affinityTime,
    session_id,
  );
  return true;
}

/** Ends a queued task, or interrupts a running one; undefined when there is no such task. */
export function* cancelTask(id: string, reason: string, now: Clock) {
  const known = yield* row("SELECT session FROM task WHERE id = ?", id);
  if (known === undefined) return undefined;
  yield* lock(String(known.session));
  const task = yield* row("SELECT state FROM task WHERE id = ?", id);
  if (task?.state === "queued") {
    yield* endTask(id, { state: "cancelled", reason }, now());
    return "removed" as const;
  }
  if (task?.state !== "running") return "ended" as const;
  yield* interruptTask(id, { kind: "cancelled", reason });
  return "signalled" as const;
}

/** Why a running task should stop, if it should. */
export function* getInterruption(id: string): Work<Interruption | undefined> {
  const task = yield* row("SELECT interruption FROM task WHERE id = ?", id);
  return readInterruption(task?.interruption);
}
