import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { checkPatch } from "#runner/workspace/check-patch.ts";
import { recounted } from "#runner/workspace/recount.ts";
import type { PullRequestEvent } from "#shared/event.ts";
import { newTest } from "../review/reports.ts";
import { createSetting, type Setting } from "./setting.ts";

let setting: Setting;
let event: PullRequestEvent;

before(async () => {
  setting = await createSetting();
  const { repository } = setting;
  const base = await repository.commit({
    files: { "src/a.ts": "a\n", "test/a.test.ts": "1\n2\n3\n" },
  });
  const head = await repository.commit({ files: { "src/a.ts": "b\n" }, from: base });
  event = setting.event({ head, base });
  const { tree } = await setting.prepare(event);
  // What an agent did to its files counts for nothing.
  await writeFile(join(tree, "test/a.test.ts"), "changed\n");
});
after(() => setting[Symbol.asyncDispose]());

const check = (patch: string) =>
  checkPatch(event, patch, {
    folder: setting.folder,
    mirrors: setting.mirrors,
    git: { protocols: ["file"] },
    signal: new AbortController().signal,
    paths: ["**/test/**"],
  });

const change = (path: string, ...lines: readonly string[]) =>
  [`--- a/${path}`, `+++ b/${path}`, ...lines, ""].join("\n");

test("checkPatch: new and changed test files, whatever was done to the tree", async () => {
  assert.deepEqual(await check(newTest), { ok: true, value: newTest });
  const changed = change("test/a.test.ts", "@@ -1,3 +1,4 @@", " 1", " 2", "+2.5", " 3");
  assert.deepEqual(await check(newTest + changed), { ok: true, value: newTest + changed });
});

test("checkPatch: hunks that are miscounted, as models do, are counted again", async () => {
  const miscounted = newTest.replace("+1,2 @@", "+1,40 @@");
  assert.deepEqual(await check(miscounted), { ok: true, value: newTest });
  const changed = change("test/a.test.ts", "@@ -1,9 +1 @@ suite", " 1", "-2", "+two", " 3");
  const { ok } = await check(changed);
  assert(ok);
});

for (const [what, patch, reason] of [
  ["no diff", "Here it is.", /can't read the patch/],
  [
    "another place",
    change("test/a.test.ts", "@@ -1,1 +1,2 @@", " 7", "+8"),
    /can't apply the patch/,
  ],
  ["code", change("src/a.ts", "@@ -1 +1 @@", "-b", "+c"), /changes "src\/a\.ts", which is no test/],
  ["both", newTest + change("src/a.ts", "@@ -1 +1 @@", "-b", "+c"), /"src\/a\.ts"/],
  ["a file that is there", newTest.replaceAll("pay.test", "a.test"), /can't apply the patch/],
  [
    "a path out",
    newTest.replaceAll("test/pay", "../test/pay"),
    /no test file|can't read|can't apply/,
  ],
  [
    "a path out by test/",
    newTest.replaceAll("test/pay", "test/../../x"),
    /no test file|can't read|can't apply/,
  ],
  [
    "git's own",
    newTest.replaceAll("test/pay", "test/.git/pay"),
    /no test file|can't read|can't apply/,
  ],
  [
    "a link",
    newTest.replace("100644", "120000"),
    /may only add and change files, not: new file mode/,
  ],
  [
    "an end",
    change("test/a.test.ts", "@@ -1,3 +0,0 @@", "-1", "-2", "-3").replace(
      "+++ b/test/a.test.ts",
      "+++ /dev/null",
    ),
    /may only add/,
  ],
  ["what nobody sees", newTest.replace("one", "o\u200bne"), /nobody sees/],
  [
    "a move",
    "diff --git a/test/a.test.ts b/test/b.test.ts\nsimilarity index 100%\nrename from test/a.test.ts\nrename to test/b.test.ts\n",
    /may only add|no test file/,
  ],
] as const) {
  test(`checkPatch, ${what}: refused, and why`, async () => {
    const checked = await check(patch);
    assert(!checked.ok);
    assert.match(checked.reason, reason);
  });
}

test("recounted: blank lines without a mark are of the file, at its end they are none", () => {
  const patch =
    "--- a/x\n+++ b/x\n@@ -1,1 +1,1 @@\n a\n\n+b\n\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-c\n+d\n\n\n";
  assert.equal(
    recounted(patch),
    "--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n a\n \n+b\n\n--- a/y\n+++ b/y\n@@ -1,1 +1,1 @@\n-c\n+d\n",
  );
  assert.equal(recounted(recounted(patch)), recounted(patch));
});
