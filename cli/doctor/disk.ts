import { constants } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { RunnerConfig } from "#runner/config.ts";
import { type Check, type Finding, fail, ok, warn } from "./check.ts";

const gigabyte = 1024 ** 3;
/** Less than that is free: the next fetch may fail. */
const leastRoom = gigabyte;

/** Whether the runner's folder belongs to it alone, and what room there is. */
export function diskCheck({ state_dir, disk_budget }: RunnerConfig["runner"]): Check {
  return {
    name: "State folder",
    run: async () => {
      const folder = resolve(state_dir);
      const there = await nearest(folder);
      const writable = await access(there, constants.W_OK | constants.X_OK).then(
        () => true,
        () => false,
      );
      if (!writable) {
        return fail(`${there} can't be written`, "Run this as the user of the runner, or chown it");
      }
      const { bavail, bsize } = await statfs(there);
      const room = roomFinding(folder, bavail * bsize, disk_budget);
      if (room.status === "fail" || there !== folder) return room;
      const { mode } = await stat(folder);
      if ((mode & 0o077) === 0) return room;
      const rights = (mode & 0o777).toString(8);
      return warn(`${folder} is open to others: mode ${rights}`, `chmod 700 ${folder}`);
    },
  };
}

function roomFinding(folder: string, free: number, budget: number): Finding {
  const what = `${folder}: ${inGigabytes(free)} free`;
  if (free < leastRoom) return fail(what, "Make room on the disk");
  if (free >= budget) return ok(what);
  const fix = "Make room, or lower it";
  return warn(`${what}; runner.disk_budget is ${inGigabytes(budget)}`, fix);
}

/** The folder, or the one above that it will be made in. */
async function nearest(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  const parent = dirname(folder);
  return isThere || parent === folder ? folder : await nearest(parent);
}

function inGigabytes(bytes: number): string {
  return `${(bytes / gigabyte).toFixed(1)} GB`;
}
