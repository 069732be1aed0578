import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";
import { identify, isAlive } from "#runner/claude/identity.ts";
import { descendantsOf, killAll, pidsNow, signal } from "#runner/claude/process-tree.ts";
import { startFamily } from "./start-family.ts";

suite("descendantsOf", () => {
  test("a child in a group of its own: found; one whose parent is gone: not below", async () => {
    await using family = await startFamily();
    assert.deepEqual(await descendantsOf(family.parent.pid), [family.child]);
  });

  test("children of children: found, those nearer first", async () => {
    await using family = await startFamily();
    const pids = (await descendantsOf(process.pid)).map(({ pid }) => pid);
    const [parent, child] = [family.parent.pid, family.child.pid].map((pid) => pids.indexOf(pid));
    assert(parent !== undefined && child !== undefined);
    assert(parent !== -1 && parent < child, pids.join(" "));
  });

  test("a process without children, or that is gone: nothing", async () => {
    await using family = await startFamily();
    assert.deepEqual(await descendantsOf(family.child.pid), []);
    await killAll([family.child]);
    assert.deepEqual(await descendantsOf(family.child.pid), []);
    assert.deepEqual(await descendantsOf(family.parent.pid), []);
  });
});

suite("killAll", () => {
  test("several processes: are gone when it is done, and others stay", async () => {
    await using family = await startFamily();
    await killAll([family.child, family.orphan]);
    assert.deepEqual(await Promise.all([family.child, family.orphan].map(isAlive)), [false, false]);
    assert(await isAlive(family.parent));
  });

  test("a pid that was given out again: the process that has it now stays", async () => {
    await using family = await startFamily();
    const { child } = family;
    await killAll([
      { ...child, startTime: String(Number(child.startTime) - 1) },
      { ...child, bootId: "another boot" },
    ]);
    assert(await isAlive(child));
  });

  test("one that is gone already: no error", async () => {
    await using family = await startFamily();
    await killAll([family.child]);
    await killAll([family.child]);
    await killAll([]);
  });
});

suite("signal", () => {
  test("a process that is gone: no error; its whole group is meant by a negative id", async () => {
    await using family = await startFamily();
    const exit = once(family.process, "exit");
    signal(-family.parent.pid, "SIGKILL");
    assert.deepEqual(await exit, [null, "SIGKILL"]);
    signal(-family.parent.pid, "SIGKILL");
    signal(family.parent.pid, "SIGTERM");
    assert(await isAlive(family.child));
  });
});

test("pidsNow sees processes that run now, as numbers", async () => {
  await using family = await startFamily();
  const pids = await pidsNow();
  for (const { pid } of [family.parent, family.child, family.orphan]) assert(pids.includes(pid));
  await killAll([family.orphan]);
  assert.equal(await identify(family.orphan.pid), undefined);
});
