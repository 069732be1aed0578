import assert from "node:assert/strict";
import {
  Degradation,
  type DegradationLevel,
  type DegradationOptions,
  type DegradationReason,
} from "#runner/resilience/degradation.ts";

export const gigabyte = 1024 ** 3;
/** How long it has to be calm unless told otherwise. */
export const holdTime = 30_000;

/** The defaults of the configuration. */
export const thresholds = {
  enabled: true,
  autoDowngrade: true,
  degradedWhenMemoryAbove: gigabyte,
  degradedWhenQueueDepthAbove: 0.8,
  degradedWhenErrorRateAbove: 0.1,
  oneShotWhenMemoryAbove: 2 * gigabyte,
  oneShotWhenConsecutiveFailures: 5,
};

/** A change that was told. */
export interface Change {
  readonly from: DegradationLevel;
  readonly to: DegradationLevel;
  readonly reasons: readonly DegradationReason[];
  readonly at: number;
}

/** A degradation with a clock that stands still until it `wait`s. */
export function startDegradation(options: Partial<DegradationOptions> = {}) {
  const clock = { now: 0 };
  const changes: Change[] = [];
  const load = { memoryBytes: 0, queueDepth: 0, queueLimit: 100 };
  const degradation = new Degradation({
    ...thresholds,
    now: () => clock.now,
    onChange: (from, to, reasons) => {
      assert.equal(degradation.level, to);
      assert.deepEqual(degradation.reasons, reasons);
      changes.push({ from, to, reasons, at: clock.now });
    },
    ...options,
  });
  return {
    degradation,
    clock,
    changes,
    /** Samples the load, which differs from the one before by so much. */
    sample: (change: Partial<typeof load> = {}) => degradation.sample(Object.assign(load, change)),
    /** Samples each second for so many milliseconds. */
    wait: (time: number) => {
      for (let waited = 0; waited < time; waited += 1000) {
        clock.now += Math.min(1000, time - waited);
        degradation.sample(load);
      }
    },
    record: (outcome: "success" | "failure", times = 1) => {
      for (let count = 0; count < times; count += 1) degradation.record(outcome);
    },
  };
}
