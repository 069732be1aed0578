import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Checkout } from "#runner/workspace/checkout.ts";
import { assertFails } from "./assert-fails.ts";
import { objectCount } from "./object-count.ts";
import { createSetting } from "./setting.ts";

test("prepareCheckout brings the head's files and what they change since the merge base", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  const fork = await repository.commit({ files: { "pay.ts": "charge();\n", "old.ts": "1\n" } });
  const base = await repository.commit({ files: { "elsewhere.ts": "2\n" } });
  const head = await repository.commit({
    branch: "topic",
    from: fork,
    files: { "pay.ts": "chargeOnce();\n", "src/new.ts": "3\n4\n", "old.ts": null },
  });
  const steps: string[] = [];
  const checkout = await setting.checkout(
    { head, base },
    { onStep: (step) => void steps.push(step) },
  );
  const { diff, changedLines, ...rest } = checkout;
  assert.deepEqual(rest, {
    tree: join(setting.folder, "tree"),
    headSha: head,
    mergeBase: fork,
    files: [
      { path: "old.ts", status: "deleted", additions: 0, deletions: 1 },
      { path: "pay.ts", status: "modified", additions: 1, deletions: 1 },
      { path: "src/new.ts", status: "added", additions: 2, deletions: 0 },
    ],
    diffBytes: Buffer.byteLength(diff),
    omitted: [],
    since: undefined,
    guidance: [],
  });
  assert.deepEqual([...changedLines.keys()], ["pay.ts", "src/new.ts"]);
  assert.match(diff, /^diff --git a\/old\.ts b\/old\.ts\n/);
  assert.match(diff, /\n-charge\(\);\n\+chargeOnce\(\);\n/);
  assert.deepEqual(steps, ["fetch", "checkout", "diff"]);
  assert.deepEqual((await readdir(checkout.tree)).sort(), ["pay.ts", "src"]);
  assert.equal(await readFile(join(checkout.tree, "pay.ts"), "utf8"), "chargeOnce();\n");
});

test("prepareCheckout fetches only what is new for the second push", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  const fork = await repository.commit({ files: { "a.ts": "1\n" } });
  const first = await repository.commit({ branch: "topic", from: fork, files: { "a.ts": "2\n" } });
  // More than the first fetch asks for, so that a second one would have to deepen again.
  const base = await repository.grow(120);
  const { tree, mergeBase } = await setting.checkout({ head: first, base });
  const { ino } = await stat(tree);
  const before = await objectCount(setting.gitDir);
  const second = await repository.commit({ branch: "topic", files: { "b.ts": "3\n" } });
  const checkout = await setting.checkout({ head: second, base });
  assert.deepEqual([mergeBase, checkout.mergeBase], [fork, fork]);
  assert.deepEqual([checkout.tree, (await stat(checkout.tree)).ino], [tree, ino]);
  // A commit, its tree and a file.
  assert.equal(await objectCount(setting.gitDir), before + 3);
  assert.deepEqual(pathsOf(checkout), ["a.ts", "b.ts"]);
  assert.equal(await readFile(join(tree, "b.ts"), "utf8"), "3\n");
});

test("prepareCheckout needs no server when it has both commits", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  const base = await repository.commit({ files: { "a.ts": "1\n" } });
  const head = await repository.commit({ branch: "topic", from: base, files: { "a.ts": "2\n" } });
  const first = await setting.checkout({ head, base });
  await rm(repository.folder, { recursive: true });
  assert.deepEqual(await setting.checkout({ head, base }), first);
});

test("prepareCheckout follows a force push and a base that moved", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  const root = await repository.commit({ files: { "a.ts": "1\n" } });
  const head = await repository.commit({
    branch: "topic",
    from: root,
    files: { "gone.ts": "2\n" },
  });
  await setting.checkout({ head, base: root });
  const base = await repository.commit({ files: { "b.ts": "3\n" } });
  const forced = await repository.commit({ branch: "topic", from: base, files: { "c.ts": "4\n" } });
  const checkout = await setting.checkout({ head: forced, base });
  assert.deepEqual([checkout.mergeBase, pathsOf(checkout)], [base, ["c.ts"]]);
  assert.deepEqual(await namesIn(checkout.tree), ["a.ts", "b.ts", "c.ts"]);
});

for (const depth of [40, 120, 700]) {
  test(`prepareCheckout finds a merge base ${depth} commits back`, async () => {
    await using setting = await createSetting();
    const { repository } = setting;
    await repository.grow(20);
    const fork = await repository.commit({ files: { "a.ts": "1\n" } });
    const head = await repository.commit({ branch: "topic", from: fork, files: { "b.ts": "2\n" } });
    const base = await repository.grow(depth);
    const { mergeBase, files } = await setting.checkout({ head, base });
    assert.equal(mergeBase, fork);
    assert.deepEqual(pathsOf({ files }), ["b.ts"]);
  });
}

test("prepareCheckout compares with the base itself when the histories share nothing", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  const base = await repository.commit({ files: { "a.ts": "1\n", "same.ts": "0\n" } });
  await repository.grow(60, "orphan");
  const head = await repository.commit({ branch: "orphan", files: { "same.ts": "0\n" } });
  const checkout = await setting.checkout({ head, base });
  assert.equal(checkout.mergeBase, base);
  assert.deepEqual(pathsOf(checkout), ["a.ts", "count.txt"]);
  assert.deepEqual(await setting.checkout({ head, base }), checkout);
});

test("prepareCheckout takes a SHA-256 repository", async () => {
  await using setting = await createSetting({ objectFormat: "sha256" });
  const { repository } = setting;
  const base = await repository.commit({ files: { "a.ts": "1\n" } });
  const head = await repository.commit({ branch: "topic", from: base, files: { "a.ts": "2\n" } });
  assert.equal(head.length, 64);
  assert.deepEqual(pathsOf(await setting.checkout({ head, base })), ["a.ts"]);
});

test("prepareCheckout puts right what was changed in the tree", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  const base = await repository.commit({ files: { "a.ts": "1\n", "src/b.ts": "2\n" } });
  const head = await repository.commit({ branch: "topic", from: base, files: { "c.ts": "3\n" } });
  const { tree } = await setting.checkout({ head, base });
  const outside = setting.path("outside");
  await mkdir(outside);
  await writeFile(join(tree, "a.ts"), "changed\n");
  await rm(join(tree, "src"), { recursive: true });
  await symlink(outside, join(tree, "src"));
  await mkdir(join(tree, "nested", ".git"), { recursive: true });
  await mkdir(join(tree, ".git"));
  await writeFile(join(tree, ".gitignore"), "*\n");
  await setting.checkout({ head, base });
  assert.deepEqual(await namesIn(tree), ["a.ts", "c.ts", "src"]);
  assert.equal(await readFile(join(tree, "a.ts"), "utf8"), "1\n");
  assert.equal(await readFile(join(tree, "src", "b.ts"), "utf8"), "2\n");
  assert.deepEqual(await readdir(outside), []);
});

function pathsOf({ files }: Pick<Checkout, "files">): string[] {
  return files.map(({ path }) => path);
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).sort();
}

test("prepareCheckout refuses a checkout that takes more than it may, before a file is written", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  const base = await repository.commit({ files: { "a.bin": new Uint8Array(5000), "b.txt": "1" } });
  // Two blocks and one.
  await setting.checkout({ head: base, base }, { maxCheckoutBytes: 12288 });
  const head = await repository.commit({ branch: "topic", from: base, files: { "c.txt": "1" } });
  const checkout = setting.checkout({ head, base }, { maxCheckoutBytes: 12288 });
  const { hint } = await assertFails(
    checkout,
    "repository_refused",
    /take 1 MB, 1 MB are allowed$/,
  );
  assert.match(hint ?? "", /runner\.max_checkout/);
  assert.deepEqual(await namesIn(join(setting.folder, "tree")), ["a.bin", "b.txt"]);
});
