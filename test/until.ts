import { setTimeout as delay } from "node:timers/promises";

/** How long a condition is waited for, in milliseconds: a test that fails must not wait for ever. */
const patience = 60_000;

/** Waits for a condition that nobody tells of. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + patience;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited in vain for: ${condition}`);
    await delay(5);
  }
}
