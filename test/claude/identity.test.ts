import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { identify, isAlive, ProcessIdentity, readStat } from "#runner/claude/identity.ts";
import { tempFolder } from "../temp-folder.ts";
import { until } from "../until.ts";

suite("identify", () => {
  test("a process: the same answer each time, which survives being stored as JSON", async () => {
    const identity = await identify(process.pid);
    assert(identity);
    assert.deepEqual(await identify(process.pid), identity);
    const stored = ProcessIdentity.parse(JSON.parse(JSON.stringify(identity)));
    assert(await isAlive(stored));
  });

  test("a pid that nobody has: undefined", async () => {
    using child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    for (const pid of [child.pid ?? 0, 0, -1, 2 ** 40]) {
      assert.equal(await identify(pid), undefined, String(pid));
    }
  });

  test("one that has ended and is not yet collected by its parent: counts as gone", async () => {
    // The shell becomes a program that never collects the child that it began, which waits for it.
    const wait = 'until read name </proc/$$/comm && [ "$name" = cat ]; do :; done';
    using child = spawn("/bin/sh", ["-c", `${wait} & echo $!; exec cat`]);
    const [said] = await once(child.stdout, "data");
    const pid = Number(String(said));
    await until(async () => (await readStat(pid)).state === "Z");
    assert.equal(await identify(pid), undefined);
    await ended(child);
  });
});

suite("isAlive", () => {
  test("the same pid of another start, or of another boot: not the same process", async () => {
    const identity = await identify(process.pid);
    assert(identity);
    assert.equal(await isAlive({ ...identity, startTime: `${identity.startTime}0` }), false);
    assert.equal(await isAlive({ ...identity, bootId: "another" }), false);
  });

  test("a process that ends: true before, false after", async () => {
    using child = spawn("/bin/cat");
    const identity = await identify(child.pid ?? 0);
    assert(identity && (await isAlive(identity)));
    await ended(child);
    assert.equal(await isAlive(identity), false);
  });
});

test("readStat reads a process whose name looks like the fields behind it", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "a) Z 1 (b");
  await writeFile(path, "#!/bin/sh\necho up\nread line\n", { mode: 0o700 });
  using child = spawn(path);
  await once(child.stdout, "data");
  const { state, parent, startTime } = await readStat(child.pid ?? 0);
  assert.notEqual(state, "Z");
  assert.equal(parent, process.pid);
  assert(Number(startTime) >= Number((await readStat(process.pid)).startTime));
  await ended(child);
});

/** Lets a process end by the end of its input. */
async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.stdin?.end();
  await exit;
}
