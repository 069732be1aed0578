import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ChangedLinesReader } from "#runner/workspace/changed-lines.ts";
import { createSetting } from "./setting.ts";

/** Reads a diff that comes in pieces of a size. */
function read(diff: string, size = 7) {
  const reader = new ChangedLinesReader();
  const bytes = Buffer.from(diff);
  for (let at = 0; at < bytes.length; at += size) reader.write(bytes.subarray(at, at + size));
  return reader.end();
}

test("a real diff: added and changed lines by the numbers of the head, hunks with their context", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  const numbered = (count: number) =>
    Array.from({ length: count }, (_, index) => `line ${index + 1}\n`);
  const base = await repository.commit({
    files: { "long.ts": numbered(60).join(""), "gone.ts": "1\n", "moved.ts": "same\n".repeat(9) },
  });
  const changed = numbered(60).toSpliced(9, 1, "ten\n", "and more\n").toSpliced(50, 2);
  const head = await repository.commit({
    branch: "topic",
    from: base,
    files: {
      "long.ts": changed.join(""),
      "gone.ts": null,
      "moved.ts": null,
      "new name.ts": `${"same\n".repeat(9)}ümlaut`,
    },
  });
  const { changedLines } = await setting.checkout({ head, base });
  assert.deepEqual(Object.fromEntries(changedLines), {
    "long.ts": [
      {
        from: 1,
        to: 21,
        changed: [
          { line: 10, text: "ten" },
          { line: 11, text: "and more" },
        ],
      },
      { from: 41, to: 59, changed: [] },
    ],
    "new name.ts": [{ from: 1, to: 10, changed: [{ line: 10, text: "ümlaut" }] }],
  });
});

test("lines that look like headers of a diff: content, wherever the pieces end", () => {
  const diff = [
    "diff --git a/a b/a",
    "--- a/a",
    "+++ b/a",
    "@@ -1,2 +1,3 @@ function",
    "--- a/b",
    "+++ b/b",
    "+@@ -1 +1 @@",
    " diff --git a/c b/c",
    "\\ No newline at end of file",
    "",
  ].join("\n");
  const wanted = [
    {
      from: 1,
      to: 3,
      changed: [
        { line: 1, text: "++ b/b" },
        { line: 2, text: "@@ -1 +1 @@" },
      ],
    },
  ];
  fc.assert(
    fc.property(fc.integer({ min: 1, max: diff.length }), (size) => {
      assert.deepEqual(Object.fromEntries(read(diff, size)), { a: wanted });
    }),
  );
});

test("a line as long as a file: its beginning", () => {
  const long = "x".repeat(3_000_000);
  const diff = `--- a/a\n+++ b/a\n@@ -0,0 +1,2 @@\n+${long}\n+next\n`;
  const [hunk] = read(diff, 65_536).get("a") ?? [];
  assert.deepEqual(
    hunk?.changed.map(({ line, text }) => [line, text.length]),
    [
      [1, 200],
      [2, 4],
    ],
  );
});
