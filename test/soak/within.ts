import { setTimeout as delay } from "node:timers/promises";
import { pauseAfter } from "../until.ts";

/** Waits for a condition. @throws Error with what was waited for, when it takes far too long. */
export async function within(
  seconds: number,
  what: () => string,
  condition: () => Promise<boolean> | boolean,
): Promise<void> {
  const began = performance.now();
  while (!(await condition())) {
    const waited = performance.now() - began;
    if (waited > seconds * 1000) throw new Error(`Waited ${seconds} s in vain: ${what()}`);
    await delay(pauseAfter(waited));
  }
}
