import { setTimeout as delay } from "node:timers/promises";

/** Waits so many milliseconds; 0 does not wait at all. */
export async function pause(ms: number | undefined, signal: AbortSignal): Promise<void> {
  if (ms) await delay(ms, undefined, { signal });
}
