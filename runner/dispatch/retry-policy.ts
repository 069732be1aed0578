import type { CicdError } from "#shared/error.ts";

/** When a task that failed is tried again. Delays in milliseconds. */
export interface RetryPolicy {
  /** How often a task is started altogether. */
  readonly maxAttempts: number;
  readonly initialDelay: number;
  readonly maxDelay: number;
  readonly backoffFactor: number;
}

/**
 * How long to wait before the next attempt, in whole milliseconds, or undefined to give up: only what may pass by itself
 * is tried again. Full jitter, so that tasks that failed together don't come back together.
 */
export function retryDelay(
  error: CicdError,
  attempt: number,
  { maxAttempts, initialDelay, maxDelay, backoffFactor }: RetryPolicy,
  random: () => number = Math.random,
): number | undefined {
  const isPassing = error.category === "transient" || error.category === "platform";
  if (!isPassing || attempt >= maxAttempts) return undefined;
  return Math.round(random() * Math.min(maxDelay, initialDelay * backoffFactor ** (attempt - 1)));
}
