import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Checkout } from "#runner/workspace/checkout.ts";
import { createSetting, type Setting } from "./setting.ts";

test("a push on top of what was reviewed: what changed since, and the whole besides", async () => {
  await using setting = await createSetting();
  const { base, reviewed } = await reviewedOnce(setting);
  const head = await setting.repository.commit({
    branch: "topic",
    files: { "two.ts": "2\n", "one.ts": "1\nmore\n" },
  });
  const { since, files } = await setting.checkout({ head, base }, { reviewedSha: reviewed });
  assert.deepEqual(names({ files }), ["one.ts", "shared.ts", "two.ts"]);
  assert(since?.kind === "changes");
  const { from, merged } = since;
  assert.deepEqual([from, merged, names(since)], [reviewed, false, ["one.ts", "two.ts"]]);
  assert.match(since.diff, /^@@ -1 \+1,2 @@\n 1\n\+more\n/m);
});

test("the base merged in: of what changed since, the pull request's own files", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  const { reviewed } = await reviewedOnce(setting);
  const base = await repository.commit({ files: { "elsewhere.ts": "0\n", "shared.ts": "new\n" } });
  const tree = async (files: Record<string, string>) => {
    const sha = await repository.commit({ branch: "scratch", from: base, files });
    return `${sha}^{tree}`;
  };
  // "shared.ts" was changed by the pull request, and is again as the base has it.
  const merged = await tree({ "one.ts": "1\n", "three.ts": "3\n" });
  const parents = ["-p", reviewed, "-p", base];
  const head = await repository.git(["commit-tree", ...parents, "-m", "Merge", merged]);
  await repository.setRef("refs/heads/topic", head);
  const { since, files } = await setting.checkout({ head, base }, { reviewedSha: reviewed });
  assert.deepEqual(names({ files }), ["one.ts", "three.ts"]);
  assert(since?.kind === "changes");
  assert.deepEqual([since.merged, names(since)], [true, ["shared.ts", "three.ts"]]);
  assert(!since.diff.includes("elsewhere"));
});

test("a branch that was rewritten: nothing but that it was", async () => {
  await using setting = await createSetting();
  const { base, reviewed } = await reviewedOnce(setting);
  const head = await setting.repository.commit({
    branch: "topic",
    from: base,
    files: { "one.ts": "1\nmore\n" },
  });
  const { since } = await setting.checkout({ head, base }, { reviewedSha: reviewed });
  assert.deepEqual(since, { kind: "rewritten", from: reviewed });
  const unknown = await setting.checkout({ head, base }, { reviewedSha: "f".repeat(40) });
  assert.equal(unknown.since?.kind, "rewritten");
});

test("the same head again: nothing is compared with itself", async () => {
  await using setting = await createSetting();
  const { base, reviewed } = await reviewedOnce(setting);
  const { since } = await setting.checkout({ head: reviewed, base }, { reviewedSha: reviewed });
  assert.equal(since, undefined);
});

test("a mirror that was lost meanwhile: what was reviewed is fetched again", async () => {
  await using setting = await createSetting();
  const { base, reviewed } = await reviewedOnce(setting);
  await setting.repository.grow(60, "topic");
  const head = await setting.repository.commit({ branch: "topic", files: { "two.ts": "2\n" } });
  await rm(join(setting.gitDir, ".."), { recursive: true });
  const { since } = await setting.checkout({ head, base }, { reviewedSha: reviewed });
  assert(since?.kind === "changes");
  assert.deepEqual(names(since), ["count.txt", "two.ts"]);
});

/** A pull request that was checked out once; its base and the head of then. */
async function reviewedOnce(setting: Setting) {
  const { repository } = setting;
  const base = await repository.commit({ files: { "a.ts": "0\n", "shared.ts": "old\n" } });
  const files = { "one.ts": "1\n", "shared.ts": "mine\n" };
  const reviewed = await repository.commit({ branch: "topic", from: base, files });
  await setting.checkout({ head: reviewed, base });
  return { base, reviewed };
}

function names({ files }: Pick<Checkout, "files">): string[] {
  return files.map(({ path }) => path);
}
