import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { positionsIn } from "#runner/forge/patch-positions.ts";
import { placeFindings } from "#runner/publish/place-findings.ts";
import type { Finding } from "#shared/review.ts";

const finding = (line: number | null, file = "a.ts"): Finding => ({
  severity: "high",
  category: "bug",
  file,
  line,
  message: "m",
  suggestion: null,
});

const change = {
  files: [
    { path: "a.ts", previousPath: "old.ts", status: "renamed", additions: 2, deletions: 0 },
  ] as const,
  changedLines: new Map([
    [
      "a.ts",
      [
        {
          from: 5,
          to: 20,
          changed: [
            { line: 8, text: "eight" },
            { line: 15, text: "fifteen" },
          ],
        },
        { from: 40, to: 39, changed: [] },
      ],
    ],
  ]),
};

const linesOf = (...findings: Finding[]) =>
  placeFindings({ summary: "s", findings }, change).map((place) => place?.line ?? null);

test("a finding on a changed line: stands there, with what the file was called before", () => {
  assert.deepEqual(placeFindings({ summary: "s", findings: [finding(8)] }, change), [
    { path: "a.ts", previous_path: "old.ts", line: 8, text: "eight" },
  ]);
});

test("a finding beside changed lines: at the nearest one of its hunk, and nowhere beyond", () => {
  assert.deepEqual(
    linesOf(finding(5), finding(11), finding(12), finding(20), finding(4), finding(21)),
    [8, 8, 15, 15, null, null],
  );
  assert.deepEqual(linesOf(finding(40), finding(null), finding(8, "b.ts")), [null, null, null]);
});

test("any finding: at a line that is changed, or nowhere", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), (line) => {
      const [place] = linesOf(finding(line));
      assert(place === null || place === 8 || place === 15);
    }),
  );
});

test("positions in a patch: counted below the first @@, over those that follow", () => {
  const patch = [
    "--- a/a.ts",
    "+++ b/a.ts",
    "@@ -1,3 +1,3 @@",
    " one",
    "-two",
    "+TWO",
    " three",
    "@@ -10,1 +10,2 @@ more",
    "+ten",
    " eleven",
    "\\ No newline at end of file",
  ].join("\n");
  assert.deepEqual(
    [...positionsIn(patch)],
    [
      [2, 3],
      [10, 6],
    ],
  );
  assert.equal(positionsIn("Binary files differ").size, 0);
});
