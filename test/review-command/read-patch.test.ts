import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { readPatch } from "#runner/local/read-patch.ts";
import { ChangedLinesReader } from "#runner/workspace/changed-lines.ts";

const body = ["@@ -1,2 +1,2 @@", " a", "-b", "+c", ""].join("\n");
const diffs = new URL("../golden/diffs/", import.meta.url);

/** Path, status and changed lines of each file. */
function brief(text: string): string[] {
  return readPatch(text).map(({ file, hunks }) => {
    const lines = hunks.flatMap(({ changed }) => changed.map(({ line }) => line));
    return `${file.status} ${file.path} ${lines.join(",")}`.trim();
  });
}

test("readPatch: the lines that the runner reads from git itself", async () => {
  for (const name of await readdir(diffs)) {
    const text = await readFile(new URL(name, diffs), "utf8");
    // Git is asked not to quote names there.
    if (text.includes('+++ "')) continue;
    const reader = new ChangedLinesReader();
    reader.write(Buffer.from(text));
    const hunks = new Map(readPatch(text).map(({ file, hunks }) => [file.path, hunks]));
    for (const [path, expected] of reader.end()) assert.deepEqual(hunks.get(path), expected, path);
  }
});

test("readPatch: diff -u, several files, and what git format-patch puts around it", () => {
  assert.deepEqual(brief(`--- old/x.txt\t2026-01-02\n+++ new/x.txt\t2026-01-02\n${body}`), [
    "modified new/x.txt 2",
  ]);
  const git = (name: string) =>
    `diff --git a/${name} b/${name}\nindex 1..2 100644\n--- a/${name}\n+++ b/${name}\n${body}`;
  assert.deepEqual(brief(git("x") + git("y")), ["modified x 2", "modified y 2"]);
  const mail = `From 0 Mon Sep 17\nSubject: [PATCH] x\n\nSay.\n---\n x | 2 +-\n\n${git("x")}-- \n2.39.5\n\n`;
  assert.deepEqual(brief(mail), ["modified x 2"]);
  assert.deepEqual(brief(mail + mail), ["modified x 2", "modified x 2"]);
  assert.deepEqual(brief("\n \n"), []);
});

test("readPatch: a hunk that is cut off or longer than it says, a file without its other side", () => {
  const header = "--- a/x\n+++ b/x\n";
  for (const [text, message] of [
    [`${header}@@ -1,3 +1,2 @@\n a\n-b\n`, /Hunk at line 3/],
    [`${header}@@ -1 +1 @@\n-a\n+b\n+c\n`, /Hunk at line 3 has more lines than expected/],
    [`--- a/x\n${body}`, /Missing "\+\+\+/],
    ["Hello", /there is no changed file in it/],
    [
      `diff --cc x\n${header}@@@ -1,2 -1,2 +1,2 @@@\n  a\n- d\n -c\n++e\n`,
      /combined one of a merge/,
    ],
  ] as const) {
    assert.throws(() => readPatch(text), { code: "invalid_request", message, hint: /git diff/ });
  }
});
