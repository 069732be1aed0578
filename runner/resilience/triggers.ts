import type { RecentOutcomes } from "./recent-outcomes.ts";

/** What the runner uses at one moment. */
export interface Load {
  /** Of all processes; undefined where it can't be read. */
  readonly memoryBytes: number | undefined;
  readonly queueDepth: number;
  readonly queueLimit: number;
}

/** What each trigger of a degradation may reach. */
export interface Thresholds {
  /** Level 1 above so many bytes. */
  readonly degradedWhenMemoryAbove: number;
  /** Level 1 above this share of the queue's limit. */
  readonly degradedWhenQueueDepthAbove: number;
  /** Level 1 above this share of failed tasks, see {@link RecentOutcomes.errorRate}. */
  readonly degradedWhenErrorRateAbove: number;
  /** Level 2 above so many bytes. */
  readonly oneShotWhenMemoryAbove: number;
  /** Level 2 at so many failed tasks in a row. */
  readonly oneShotWhenConsecutiveFailures: number;
}

/** A trigger and where it stands. */
export interface Reading {
  readonly trigger: "memory" | "queue_depth" | "error_rate" | "consecutive_failures";
  /** Bytes, a share of the queue's limit, a share of tasks, or tasks. */
  readonly value: number;
  readonly threshold: number;
  /** The level that it leads to. */
  readonly level: 1 | 2;
  readonly isExceeded: boolean;
  /** Far enough below that a little more would not exceed it again. */
  readonly isCalm: boolean;
}

/** What the triggers are read from. */
export interface ReadingOptions {
  readonly load: Load;
  readonly outcomes: RecentOutcomes;
  readonly now: number;
  /** How long failures in a row count after the last one, in milliseconds. */
  readonly failuresCountFor: number;
}

/** A value is calm up to this share of its threshold. */
const calmShare = 0.8;

/** Where all triggers stand. */
export function readTriggers(thresholds: Thresholds, options: ReadingOptions): Reading[] {
  const { memoryBytes = 0, queueDepth, queueLimit } = options.load;
  const errorRate = options.outcomes.errorRate(options.now);
  return [
    above(1, "memory", memoryBytes, thresholds.degradedWhenMemoryAbove),
    above(1, "queue_depth", queueDepth / queueLimit, thresholds.degradedWhenQueueDepthAbove),
    above(1, "error_rate", errorRate, thresholds.degradedWhenErrorRateAbove),
    above(2, "memory", memoryBytes, thresholds.oneShotWhenMemoryAbove),
    failures(thresholds.oneShotWhenConsecutiveFailures, options),
  ];
}

function above(
  level: Reading["level"],
  trigger: Reading["trigger"],
  value: number,
  threshold: number,
): Reading {
  const isExceeded = value > threshold;
  return { trigger, level, value, threshold, isExceeded, isCalm: value <= threshold * calmShare };
}

/**
 * Where no task runs, no success can end the failures: so they count only while the last one is
 * fresh. The next failure makes all of them count again.
 */
function failures(threshold: number, options: ReadingOptions): Reading {
  const { outcomes, now, failuresCountFor } = options;
  const { failuresInARow: value, lastAt = now } = outcomes;
  const isExceeded = value >= threshold && now - lastAt < failuresCountFor;
  const isCalm = !isExceeded;
  return { trigger: "consecutive_failures", level: 2, value, threshold, isExceeded, isCalm };
}
