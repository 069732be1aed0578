import { setTimeout as delay } from "node:timers/promises";
import { CicdError } from "#shared/error.ts";

/** Before the first repeat, in milliseconds; it doubles. */
const firstPause = 250;
const longestPause = 30_000;

/** Repeats what fails because of a forge that may be well again, for `patience` milliseconds. */
export async function patiently<T>(
  work: () => Promise<T>,
  patience: number,
  signal: AbortSignal,
): Promise<T> {
  const end = Date.now() + patience;
  for (let pause = firstPause; ; pause = Math.min(longestPause, pause * 2)) {
    try {
      return await work();
    } catch (error) {
      const wait = error instanceof CicdError ? (error.retryAfter ?? 0) * 1000 : 0;
      const next = Math.max(pause, wait);
      if (!mayPass(error) || Date.now() + next > end) throw error;
      await delay(next, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** Whether an error of a forge may be gone the next time, without anybody mending something. */
export function mayPass(error: unknown): boolean {
  return (
    error instanceof CicdError &&
    (error.code === "forge_unavailable" || error.code === "forge_rate_limited")
  );
}
