import { randomUUID } from "node:crypto";
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { CicdError } from "#shared/error.ts";

/** Where the kernel shows cgroups, and that of this process. */
export interface CgroupPlaces {
  /** Default `/sys/fs/cgroup`. */
  readonly root?: string | undefined;
  /** Default `/proc/self/cgroup`. */
  readonly self?: string | undefined;
}

/** The runner's own: processes may be in the leaves of the tree alone. systemd can make it too. */
const ownLeaf = "runner";
const prefix = "cli-";

/**
 * Opens the cgroup that was delegated to this program, and gives what puts a process, with all that
 * it will start, into a cgroup of its own that holds so many bytes. When it takes more, the kernel
 * ends the whole of it.
 * @throws CicdError `config_invalid` when no cgroup v2 with memory is delegated to this user; what is
 * returned throws what the file system does.
 */
export function openCgroups(maxBytes: number, places: CgroupPlaces = {}): (pid: number) => void {
  const { unit, isInLeaf } = delegatedCgroup(places) ?? notDelegated();
  try {
    mkdirSync(join(unit, ownLeaf), { recursive: true });
    if (!isInLeaf) {
      for (const pid of readFileSync(join(unit, "cgroup.procs"), "utf8").match(/\d+/g) ?? []) {
        writeFileSync(join(unit, ownLeaf, "cgroup.procs"), pid);
      }
    }
    writeFileSync(join(unit, "cgroup.subtree_control"), "+memory");
  } catch (cause) {
    return notDelegated(cause);
  }
  return (pid) => {
    removeEmpty(unit);
    const folder = join(unit, `${prefix}${randomUUID()}`);
    mkdirSync(folder);
    writeFileSync(join(folder, "memory.max"), String(maxBytes));
    writeFileSync(join(folder, "memory.oom.group"), "1");
    writeFileSync(join(folder, "cgroup.procs"), String(pid));
  };
}

/**
 * The cgroup that this program may divide, and whether this process is in its leaf already; undefined
 * where there is none. Changes nothing.
 */
export function delegatedCgroup({
  root = "/sys/fs/cgroup",
  self = "/proc/self/cgroup",
}: CgroupPlaces = {}): { readonly unit: string; readonly isInLeaf: boolean } | undefined {
  try {
    // Other lines are of v1. The root of all cannot be delegated.
    const [, path] = /^0::(\/[^\n]+)$/m.exec(readFileSync(self, "utf8")) ?? [];
    if (path === undefined || path.includes("/..")) return undefined;
    const isInLeaf = basename(path) === ownLeaf;
    const unit = join(root, isInLeaf ? dirname(path) : path);
    const controllers = readFileSync(join(unit, "cgroup.controllers"), "utf8").trim().split(" ");
    if (!controllers.includes("memory")) return undefined;
    for (const name of ["", "cgroup.procs", "cgroup.subtree_control"]) {
      accessSync(join(unit, name), constants.W_OK);
    }
    return { unit, isInLeaf };
  } catch {
    return undefined;
  }
}

/** Those whose processes are gone; the kernel refuses the others. */
function removeEmpty(unit: string): void {
  for (const name of readdirSync(unit)) {
    if (!name.startsWith(prefix)) continue;
    try {
      rmdirSync(join(unit, name));
    } catch {}
  }
}

function notDelegated(cause?: unknown): never {
  const message = "Cannot limit processes: no cgroup v2 with memory is delegated to this user";
  throw new CicdError("config_invalid", message, {
    cause,
    hint: "Run it by a unit with Delegate=memory, see docs/systemd.md, or unset async.process_memory_max",
  });
}
