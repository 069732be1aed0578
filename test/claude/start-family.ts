import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as z from "zod";
import { identify, type ProcessIdentity } from "#runner/claude/identity.ts";
import { killAll } from "#runner/claude/process-tree.ts";

const program = new URL("family.ts", import.meta.url).pathname;
const Relatives = z.object({ child: z.int().positive(), orphan: z.int().positive() });

/** A process and its relatives, all alive. Disposal kills those that still are. */
export interface Family extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly parent: ProcessIdentity;
  /** In a group of its own. */
  readonly child: ProcessIdentity;
  /** In a group of its own too, and its parent is gone. */
  readonly orphan: ProcessIdentity;
}

/** Starts one, all with this environment; a `stubborn` parent ends by SIGKILL alone. */
export async function startFamily(
  environment: Readonly<Record<string, string>> = {},
  parent: "obedient" | "stubborn" = "obedient",
): Promise<Family> {
  const process = spawn(globalThis.process.execPath, [program, parent], {
    detached: true,
    env: { ...environment },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [said] = await once(process.stdout, "data");
  const pids = Relatives.parse(JSON.parse(String(said)));
  const members = await Promise.all([process.pid ?? 0, pids.child, pids.orphan].map(identify));
  const [self, child, orphan] = members;
  assert(self && child && orphan);
  return {
    process,
    parent: self,
    child,
    orphan,
    [Symbol.asyncDispose]: () => killAll([self, child, orphan]),
  };
}
