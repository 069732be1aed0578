import { until } from "../until.ts";

/** Waits for a condition. @throws Error with what was waited for, when it takes far too long. */
export async function within(
  seconds: number,
  what: () => string,
  condition: () => Promise<boolean> | boolean,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  await until(async () => {
    if (await condition()) return true;
    if (performance.now() < deadline) return false;
    throw new Error(`Waited ${seconds} s in vain: ${what()}`);
  });
}
