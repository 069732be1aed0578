import { setTimeout as delay } from "node:timers/promises";

/** Waits for a condition. @throws Error with what was waited for, when it takes far too long. */
export async function within(
  seconds: number,
  what: () => string,
  condition: () => Promise<boolean> | boolean,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${seconds} s in vain: ${what()}`);
    await delay(20);
  }
}
