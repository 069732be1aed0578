import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { readingTools } from "#runner/claude/tools.ts";
import type { Leased } from "./acquire.ts";
import { say } from "./drive.ts";
import { type Scene, setScene } from "./scene.ts";

const confined = {
  tools: { allow: readingTools, ask: [], deny: [] },
  instructions: "Read alone.",
};

async function argumentsOf({ pid }: Leased): Promise<readonly string[]> {
  return (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
}

/** Leases a session for a pull request from a fork, or for another one. */
async function startOf(scene: Scene, id: string, isFork: boolean) {
  using lease = await scene.acquire(id, { confined: isFork });
  await say(lease, "1");
  const isConfined = (await argumentsOf(lease)).includes(confined.instructions);
  return { start: lease.start, isConfined, pid: lease.pid };
}

test("a pull request from a fork gets a process of its own settings, and no spare", async () => {
  await using scene = await setScene({ confined, spares: 1, maxSessions: 4 });
  await scene.manager.refill();
  const [fork, other] = [await scene.session(1), await scene.session(2)];
  const first = await startOf(scene, fork, true);
  assert.deepEqual([first.start, first.isConfined], ["cold", true]);
  const second = await startOf(scene, other, false);
  assert.deepEqual([second.start, second.isConfined], ["spare", false]);
  const again = await startOf(scene, fork, true);
  assert.deepEqual([again.start, again.pid], ["warm", first.pid]);
});

test("a session that turns out to be a fork's goes on in a confined process alone", async () => {
  await using scene = await setScene({ confined });
  const id = await scene.session(1);
  const before = await startOf(scene, id, false);
  const after = await startOf(scene, id, true);
  assert.deepEqual([after.start, before.isConfined, after.isConfined], ["resumed", false, true]);
  assert.deepEqual(await scene.pids(), [after.pid]);
  // What a fork's process may do is less than what another may.
  assert.equal((await startOf(scene, id, false)).pid, after.pid);
});

test("where forks get the same tools, a fork takes a spare like all others", async () => {
  await using scene = await setScene({ spares: 1, maxSessions: 4 });
  await scene.manager.refill();
  const { start } = await startOf(scene, await scene.session(1), true);
  assert.equal(start, "spare");
});
