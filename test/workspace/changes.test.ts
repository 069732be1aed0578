import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { Files } from "./import-commits.ts";
import { createSetting, type Setting } from "./setting.ts";

test("a checkout lists a renamed file with where it was, a binary one without lines", async () => {
  await using setting = await createSetting();
  const text = Array.from({ length: 30 }, (_, index) => `line ${index}\n`).join("");
  const sides = await change(setting, {
    before: { ":old name.ts": text, "logo.png": Uint8Array.of(0, 1, 2), "plain.txt": "a\nb\n" },
    after: {
      ":old name.ts": null,
      "2\t2\tnew\nname.ts": `${text}one more\n`,
      "logo.png": Uint8Array.of(0, 1, 3),
      "plain.txt": { symlink: "elsewhere" },
    },
  });
  const { files, diff } = await setting.checkout(sides);
  assert.deepEqual(files, [
    {
      previousPath: ":old name.ts",
      path: "2\t2\tnew\nname.ts",
      status: "renamed",
      additions: 1,
      deletions: 0,
    },
    { path: "logo.png", status: "modified", additions: null, deletions: null },
    {
      path: "plain.txt",
      status: "type changed",
      additions: 1,
      deletions: 2,
      kind: "symbolic link",
    },
  ]);
  assert.match(diff, /\nrename from :old name\.ts\n/);
  assert.match(diff, /\nBinary files a\/logo\.png and b\/logo\.png differ\n/);
});

test("a checkout shows as many lines around a change as it is told, and replaces what is no UTF-8", async () => {
  await using setting = await createSetting();
  const lines = Array.from({ length: 41 }, (_, index) => `line ${index}\n`);
  const sides = await change(setting, {
    before: { "a.txt": lines.join("") },
    after: { "a.txt": Buffer.from(lines.with(20, "caf\xe9\n").join(""), "latin1") },
  });
  const { diff } = await setting.checkout(sides);
  assert.match(diff, /@@ -18,7 \+18,7 @@/);
  const wide = await setting.checkout(sides, { contextLines: 10 });
  assert.match(wide.diff, /@@ -11,21 \+11,21 @@/);
  assert.match(diff, /\n\+caf\ufffd\n/);
});

test("a checkout keeps file names as they are, whatever they are", async () => {
  const character = fc.constantFrom(..."ab:-\n\t\"'\\ é語😀*?[~M\r\x7f1");
  const name = fc
    .string({ unit: character, minLength: 1, maxLength: 12 })
    .filter((text) => Buffer.byteLength(text) < 200);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 30 }), async (names) => {
      await using setting = await createSetting();
      const after = Object.fromEntries(names.map((path, index) => [path, `${index}\n`]));
      const { files, tree } = await setting.checkout(
        await change(setting, { before: { ".base": "" }, after }),
      );
      assert.deepEqual(new Set(files.map(({ path }) => path)), new Set(names));
      assert(files.every(({ status, additions }) => status === "added" && additions === 1));
      assert.deepEqual(new Set(await readdir(tree)), new Set([".base", ...names]));
      for (const [path, content] of Object.entries(after)) {
        assert.equal(await readFile(join(tree, path), "utf8"), content);
      }
    }),
    { numRuns: 8 },
  );
});

async function change(
  { repository }: Setting,
  { before, after }: { before: Files; after: Files },
): Promise<{ base: string; head: string }> {
  const base = await repository.commit({ files: before });
  return { base, head: await repository.commit({ branch: "topic", from: base, files: after }) };
}
