import { setTimeout as delay } from "node:timers/promises";
import { fractionOf } from "../soak/fraction.ts";
import type { Mortal } from "./member.ts";

/** Whom a killer kills, and when. */
export interface KillerOptions {
  readonly seed: string;
  readonly members: readonly Mortal[];
  /** The mean time between two deaths, in milliseconds. */
  readonly interval: number;
  /** Ends it; what was killed is started again by then. */
  readonly signal: AbortSignal;
}

/** The longest time that something stays down, in milliseconds. */
const longestOutage = 1000;

/** Ends one program after the other by SIGKILL, and starts each again. */
export async function killOn({ seed, members, interval, signal }: KillerOptions): Promise<void> {
  for (let count = 0; ; count += 1) {
    const wait = interval * (0.5 + fractionOf(seed, "pause", count));
    await delay(wait, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const victim = victimOf(members, count, fractionOf(seed, "victim", count));
    if (victim === undefined) return;
    await victim.kill();
    await delay(fractionOf(seed, "outage", count) * longestOutage);
    await victim.start();
  }
}

/** Each command has its turn, and by chance one of its programs. */
function victimOf(members: readonly Mortal[], count: number, fraction: number): Mortal | undefined {
  const commands = [...new Set(members.map(({ command }) => command))];
  const command = commands[count % commands.length];
  const candidates = members.filter((member) => member.command === command);
  return candidates[Math.floor(fraction * candidates.length)];
}
