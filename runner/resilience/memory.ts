import { readFile } from "node:fs/promises";
import { childrenByParent } from "../claude/process-tree.ts";

/**
 * Memory of a process and everything below it, in bytes; undefined when it is gone or there is no
 * /proc. Pages that processes share are split between them (PSS), so that the figures of several
 * processes can be added up.
 */
export async function memoryOf(pid: number): Promise<number | undefined> {
  return (await memoryOfAll([pid])).get(pid);
}

/** {@link memoryOf} of several, by pid, from one look at /proc. Those that are gone are left out. */
export async function memoryOfAll(pids: readonly number[]): Promise<Map<number, number>> {
  const children = pids.length === 0 ? new Map<number, number[]>() : await childrenByParent();
  const memory = new Map<number, number>();
  await Promise.all(
    pids.map(async (pid) => {
      const [own, ...below] = await Promise.all(treeOf(pid, children).map(ownMemory));
      if (own === undefined) return;
      const total = below.reduce<number>((sum, bytes = 0) => sum + bytes, own);
      memory.set(pid, total);
    }),
  );
  return memory;
}

/** A process and everything below it. */
function treeOf(pid: number, children: ReadonlyMap<number, readonly number[]>): number[] {
  return [pid, ...(children.get(pid) ?? []).flatMap((child) => treeOf(child, children))];
}

/** RSS where PSS is kept from us: that of another user's process is. */
async function ownMemory(pid: number): Promise<number | undefined> {
  return (
    (await readKilobytes(`/proc/${pid}/smaps_rollup`, /^Pss: +(\d+) kB$/m)) ??
    (await readKilobytes(`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB$/m))
  );
}

async function readKilobytes(path: string, line: RegExp): Promise<number | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  const [, kilobytes] = line.exec(text) ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
