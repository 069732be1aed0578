import { setTimeout as delay } from "node:timers/promises";

/** How long a condition is waited for, in milliseconds: a test that fails must not wait for ever. */
const patience = 60_000;

/** Waits for a condition that nobody tells of. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const began = performance.now();
  while (!(await condition())) {
    const waited = performance.now() - began;
    if (waited > patience) throw new Error(`Waited in vain for: ${condition}`);
    await delay(pauseAfter(waited));
  }
}

/**
 * How long to wait until a condition is looked at again that was not there after so many milliseconds:
 * an eighth of that, at least 5 ms and at most 100. To look takes time from those who are waited for.
 */
export function pauseAfter(waited: number): number {
  return Math.min(100, Math.max(5, waited / 8));
}
