import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { delegatedCgroup } from "#runner/claude/cgroups.ts";
import { confiner } from "#runner/confiner.ts";
import { tempFolder } from "../temp-folder.ts";
import { startScripted } from "./start-scripted.ts";

/** A folder that looks like the kernel's, with one cgroup that is this user's. */
async function setScene({ path = "/system.slice/unit", controllers = "memory pids\n" } = {}) {
  const folder = await tempFolder();
  const places = { root: join(folder.path, "cgroup"), self: join(folder.path, "self") };
  const unit = join(places.root, "system.slice/unit");
  await mkdir(unit, { recursive: true });
  await writeFile(join(unit, "cgroup.controllers"), controllers);
  await writeFile(join(unit, "cgroup.procs"), "41\n");
  await writeFile(join(unit, "cgroup.subtree_control"), "");
  await writeFile(places.self, `4:memory:/elsewhere\n0::${path}\n`);
  const errors: unknown[] = [];
  return {
    ...{ places, unit, errors },
    read: (name: string) => readFile(join(unit, name), "utf8"),
    processes: async () => (await readdir(unit)).filter((name) => name.startsWith("cli-")),
    confine: (maxBytes: number | undefined) =>
      confiner(maxBytes, (error) => errors.push(error), places),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test("confiner: the runner goes into a leaf, each process into a cgroup that holds so much", async () => {
  await using scene = await setScene();
  const onSpawn = scene.confine(1000);
  assert.equal(await scene.read("runner/cgroup.procs"), "41");
  assert.equal(await scene.read("cgroup.subtree_control"), "+memory");
  await using process = await startScripted("serve", { onSpawn });
  const [first = ""] = await scene.processes();
  assert.equal(await scene.read(`${first}/cgroup.procs`), String(process.pid));
  assert.equal(await scene.read(`${first}/memory.max`), "1000");
  assert.equal(await scene.read(`${first}/memory.oom.group`), "1");
  // The kernel's files go with their folder; those here have to be taken out for it to be empty.
  await rm(join(scene.unit, first), { recursive: true });
  await mkdir(join(scene.unit, first));
  onSpawn?.(43);
  const left = await scene.processes();
  assert.equal(left.length, 1);
  assert.notEqual(left[0], first);
  assert.deepEqual(scene.errors, []);
});

test("confiner: who is in the leaf already moves nobody", async () => {
  await using scene = await setScene({ path: "/system.slice/unit/runner" });
  assert.notEqual(scene.confine(1000), undefined);
  assert.deepEqual(await readdir(join(scene.unit, "runner")), []);
});

test("confiner: nothing is touched without a limit or where nothing is delegated, and reviews go on", async () => {
  for (const how of [
    { path: "/" },
    { path: "/system.slice/another" },
    { path: "/../system.slice/unit" },
    { controllers: "cpu pids\n" },
  ]) {
    await using scene = await setScene(how);
    assert.equal(delegatedCgroup(scene.places), undefined);
    assert.equal(scene.confine(undefined), undefined);
    assert.deepEqual(scene.errors, []);
    assert.equal(scene.confine(1000), undefined);
    assert.match(String(scene.errors), /no cgroup v2 with memory is delegated/);
    assert.equal((await readdir(scene.unit)).length, 3);
  }
});

test("confiner: a process that can't be put there is told, and lives", async () => {
  await using scene = await setScene();
  const onSpawn = scene.confine(1000);
  await rm(scene.unit, { recursive: true });
  await using process = await startScripted("serve", { onSpawn });
  assert.equal(process.state, "ready");
  assert.match(String(scene.errors), /ENOENT/);
});
