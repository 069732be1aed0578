import { setImmediate } from "node:timers/promises";

/** Lets the event loop turn so often. */
export async function turnsOf(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await setImmediate();
}
