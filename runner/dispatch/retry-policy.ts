import type { CicdError } from "#shared/error.ts";
import { fullJitter } from "#shared/full-jitter.ts";

/** When a task that failed is tried again. Delays in milliseconds. */
export interface RetryPolicy {
  /** How often a task is started altogether. */
  readonly maxAttempts: number;
  readonly initialDelay: number;
  readonly maxDelay: number;
  readonly backoffFactor: number;
}

/**
 * How long to wait before the next attempt, in whole milliseconds, or undefined to give up: only
 * what may pass by itself is tried again.
 */
export function retryDelay(
  error: CicdError,
  attempt: number,
  { maxAttempts, initialDelay, maxDelay, backoffFactor }: RetryPolicy,
  random: () => number = Math.random,
): number | undefined {
  const isPassing = error.category === "transient" || error.category === "platform";
  if (!isPassing || attempt >= maxAttempts) return undefined;
  const backOff = { initial: initialDelay, max: maxDelay, factor: backoffFactor };
  return Math.round(fullJitter(attempt, backOff, random));
}
