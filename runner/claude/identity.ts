import { readFile } from "node:fs/promises";
import * as z from "zod";

/**
 * Names a process for ever: a pid alone is given out again. `startTime` is in clock ticks since the
 * boot that `bootId` names (proc(5), field 22 of `/proc/<pid>/stat`).
 */
export const ProcessIdentity = z.object({
  pid: z.int().positive(),
  startTime: z.string(),
  bootId: z.string(),
});
/** {@link ProcessIdentity} as a type. */
export type ProcessIdentity = z.infer<typeof ProcessIdentity>;

/** The identity of a process that is there now; undefined when it is gone or there is no /proc. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  try {
    const [stat, bootId] = await Promise.all([
      readStat(pid),
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
    ]);
    if (stat.state === "Z") return undefined;
    return { pid, startTime: stat.startTime, bootId: bootId.trim() };
  } catch {
    return undefined;
  }
}

/** Whether the very process that was identified still runs. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await identify(identity.pid);
  return now?.startTime === identity.startTime && now.bootId === identity.bootId;
}

/** The fields of `/proc/<pid>/stat` that matter here. */
export interface Stat {
  readonly state: string;
  readonly parent: number;
  readonly startTime: string;
}

/** Reads `/proc/<pid>/stat`. The command name may hold anything, so fields count from its end. */
export async function readStat(pid: number): Promise<Stat> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", parent: Number(fields[1]), startTime: fields[19] ?? "" };
}
