import assert from "node:assert/strict";
import { chmod, mkdir, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { test } from "node:test";
import { Mirrors } from "#runner/workspace/mirrors.ts";
import { assertFails } from "./assert-fails.ts";
import { createSetting, type Setting } from "./setting.ts";

const damages: readonly [string, (setting: Setting) => Promise<void>][] = [
  ["a lock left by a kill", ({ folder }) => writeFile(join(folder, "index.lock"), "")],
  ["half of an index", ({ folder }) => truncate(join(folder, "index"), 20)],
  ["a lock on a ref", ({ gitDir }) => writeFile(join(gitDir, `${refs}/head.lock`), "")],
  ["a lock on its history", ({ gitDir }) => writeFile(join(gitDir, "shallow.lock"), "")],
  ["empty objects", ({ gitDir }) => shorten(gitDir, () => 0)],
  ["half of a pack", ({ gitDir }) => shorten(gitDir, (size) => size / 2)],
  ["no objects", ({ gitDir }) => rm(join(gitDir, "objects"), { recursive: true })],
  ["a broken ref", ({ gitDir }) => writeFile(join(gitDir, `${refs}/base`), "")],
];
const refs = "refs/cicd-runner/7";

for (const [name, damage] of damages) {
  test(`prepareCheckout goes on with ${name}, in the same tree`, async () => {
    await using setting = await createSetting();
    const { base, head } = await pullRequest(setting);
    const { tree } = await setting.checkout({ head: base, base });
    const { ino } = await stat(tree);
    await damage(setting);
    // As after a restart.
    const mirrors = new Mirrors(join(setting.gitDir, ".."));
    const { files, mergeBase } = await setting.checkout({ head, base }, { mirrors });
    assert.deepEqual([files.length, mergeBase], [1, base]);
    assert.deepEqual(await readdir(tree), ["a.ts"]);
    assert.equal((await stat(tree)).ino, ino);
  });
}

test("prepareCheckout makes a mirror anew only when git finds it damaged", async () => {
  await using setting = await createSetting();
  const { base, head } = await pullRequest(setting);
  await setting.checkout({ head: base, base });
  const mirror = setting.mirrors.of(setting.event({ head, base }));
  await truncate(join(setting.folder, "index"), 20);
  await setting.checkout({ head, base });
  assert.equal(mirror.generation, 0);
  await shorten(setting.gitDir, (size) => size / 2);
  await setting.checkout({ head: base, base });
  assert.equal(mirror.generation, 1);
  assert.deepEqual(await readdir(join(setting.gitDir, "..")), [basename(setting.gitDir)]);
});

test("prepareCheckout repairs what it can once, and then says what is wrong", async () => {
  await using setting = await createSetting();
  const sides = await pullRequest(setting);
  await setting.checkout(sides);
  const executable = setting.path("git-that-fails");
  await writeFile(executable, "#!/bin/sh\necho 'fatal: nobody knows' >&2\nexit 128\n", {
    mode: 0o755,
  });
  const checkout = setting.checkout(sides, { git: { protocols: ["file"], executable } });
  await assertFails(checkout, "internal", /^Cannot run git cat-file: fatal: nobody knows$/);
});

test("prepareCheckout makes of half a git dir a whole one", async () => {
  await using setting = await createSetting();
  await mkdir(join(setting.gitDir, "objects"), { recursive: true });
  assert.equal((await setting.checkout(await pullRequest(setting))).files.length, 1);
});

test("prepareCheckout fails as config_invalid without git", async () => {
  await using setting = await createSetting();
  const sides = await pullRequest(setting);
  const git = { protocols: ["file"], executable: setting.path("no-git") };
  const { hint } = await assertFails(
    setting.checkout(sides, { git }),
    "config_invalid",
    /^Cannot start git .*ENOENT/,
  );
  assert.match(hint ?? "", /Install git/);
});

test("prepareCheckout fails as store_unavailable where it cannot write", async () => {
  await using setting = await createSetting();
  const event = setting.event(await pullRequest(setting));
  const file = setting.path("file");
  await writeFile(file, "");
  for (const place of [{ folder: join(file, "a") }, { mirrors: new Mirrors(join(file, "a")) }]) {
    const checkout = setting.prepare(event, place);
    await assertFails(checkout, "store_unavailable", /^Cannot write workspace/);
  }
});

test("prepareCheckout fails as repository_refused when the repository is missing", async () => {
  await using setting = await createSetting();
  const sides = await pullRequest(setting);
  const checkout = setting.checkout({ ...sides, url: `${setting.repository.url}-gone` });
  await assertFails(checkout, "repository_refused", /does not appear to be a git repository/);
});

test("prepareCheckout does nothing when the signal has aborted", async () => {
  await using setting = await createSetting();
  const sides = await pullRequest(setting);
  const reason = new Error("Too late");
  await assert.rejects(setting.checkout(sides, { signal: AbortSignal.abort(reason) }), reason);
  await assert.rejects(stat(setting.folder), { code: "ENOENT" });
});

async function pullRequest({ repository }: Setting) {
  const base = await repository.commit({ files: { "a.ts": "1\n" } });
  return {
    base,
    head: await repository.commit({ branch: "topic", from: base, files: { "a.ts": "2\n" } }),
  };
}

/** What a crash of the machine leaves of files that were not on the disk yet. */
async function shorten(gitDir: string, toSize: (size: number) => number): Promise<void> {
  const objects = join(gitDir, "objects");
  const entries = await readdir(objects, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const path = join(entry.parentPath, entry.name);
    if (path.endsWith(".idx")) continue;
    await chmod(path, 0o600);
    await truncate(path, Math.floor(toSize((await stat(path)).size)));
  }
}
