import fc from "fast-check";
import type { Outcome } from "#runner/store/store.ts";
import { affinityTime, leaseTime, quickHandOff } from "#runner/store/timing.ts";
import type { TaskKind } from "#shared/task.ts";
import { done, retryIn, trouble } from "../drive.ts";

/** The hosts of a run. Each may be silent for long and come back, or never. */
export const hosts = ["one", "other"] as const;

/** One thing that can happen. Indexes count modulo what there is; with nothing there, nothing happens. */
export type Step =
  | {
      readonly type: "enqueue";
      readonly number: number;
      readonly kind: TaskKind;
      /** How long it has waited at an edge, in milliseconds; negative by a clock that is ahead. */
      readonly waited: number | undefined;
    }
  | { readonly type: "redeliver"; readonly delivery: number }
  | { readonly type: "claim" | "heartbeat" | "reap"; readonly host: number }
  | { readonly type: "append"; readonly claim: number; readonly count: number }
  | { readonly type: "finish"; readonly claim: number; readonly outcome: Outcome }
  | { readonly type: "cancel"; readonly task: number }
  | { readonly type: "advance"; readonly ms: number }
  | { readonly type: "reopen" };

/** Any step; claims come as often as hand-offs, reopening is rare. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: enqueueStep() },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("redeliver"), delivery: fc.nat(20) }) },
  { weight: 5, arbitrary: hostStep("claim") },
  { weight: 1, arbitrary: hostStep("heartbeat") },
  { weight: 1, arbitrary: hostStep("reap") },
  { weight: 2, arbitrary: appendStep() },
  { weight: 4, arbitrary: finishStep() },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("cancel"), task: fc.nat(20) }) },
  { weight: 1, arbitrary: advanceStep() },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("reopen") }) },
);

function enqueueStep() {
  return fc.record({
    type: fc.constant("enqueue"),
    number: fc.integer({ min: 1, max: 3 }),
    kind: fc.constantFrom("review", "review", "close"),
    waited: fc.constantFrom(
      ...[undefined, 0, 0, 0, -60_000],
      ...[quickHandOff, quickHandOff + 1, 2 * quickHandOff, 60_000],
    ),
  });
}

function hostStep<T extends "claim" | "heartbeat" | "reap">(type: T) {
  return fc.record({ type: fc.constant(type), host: fc.nat(hosts.length - 1) });
}

/** A moment; or about as long as a task is left to a host, or as a claim lasts. */
function advanceStep() {
  const ms = fc.oneof(
    fc.nat(2000),
    fc.constantFrom(affinityTime - 1, affinityTime, leaseTime - 1, leaseTime),
  );
  return fc.record({ type: fc.constant("advance"), ms });
}

function appendStep() {
  return fc.record({ type: fc.constant("append"), claim: fc.nat(20), count: fc.nat(3) });
}

function finishStep() {
  const outcomes: Outcome[] = [
    done,
    { state: "failed", error: trouble },
    { state: "cancelled", reason: "asked" },
    { state: "superseded", by: "other" },
    { state: "released" },
    retryIn(0),
    retryIn(1000),
  ];
  return fc.record({
    type: fc.constant("finish"),
    claim: fc.nat(20),
    outcome: fc.constantFrom(...outcomes),
  });
}
