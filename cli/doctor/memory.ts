import { totalmem } from "node:os";
import type { Environment } from "#shared/config.ts";
import { type Check, type Finding, fail, ok, warn } from "./check.ts";
import { unitsOf } from "./units.ts";

/** What a resident session takes, in bytes. */
const least = 130 * 1024 ** 2;
const most = 190 * 1024 ** 2;

/**
 * Whether the memory that the runner may have holds its sessions: that of each systemd unit, else
 * of this machine or container.
 */
export function memoryCheck(maxSessions: number, environment: Environment): Check {
  return {
    name: "Memory",
    run: async (signal) => {
      const units = await unitsOf(environment, signal);
      if (units.length === 0) {
        const limit = process.constrainedMemory();
        // 0 and what no machine has both say that there is no limit.
        const isLimited = limit > 0 && limit < totalmem();
        return judged(isLimited ? "This container" : "This machine", {
          memory: isLimited ? limit : totalmem(),
          sessions: maxSessions,
        });
      }
      const findings = units.map(({ name, memory, sessions = maxSessions }) =>
        judged(name, { memory: memory ?? totalmem(), sessions }),
      );
      const order = ["fail", "warn", "ok"] as const;
      const worst = order.map((one) => findings.find(({ status }) => status === one));
      return worst.find((finding) => finding !== undefined) ?? ok("No unit is loaded");
    },
  };
}

function judged(who: string, { memory, sessions }: { memory: number; sessions: number }): Finding {
  const size = `${Math.floor(memory / 1024 ** 2)} MB`;
  const what = `${who} has ${size} for ${sessions} sessions of 130 to 190 MB`;
  if (memory >= sessions * most) return ok(what);
  const fit = Math.max(1, Math.floor(memory / most));
  const fix = `Set ASYNC_MAX_SESSIONS to ${fit}, or raise MemoryMax`;
  return memory >= sessions * least ? warn(what, fix) : fail(what, fix);
}
