import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cleanLog } from "#runner/logs/clean-log.ts";
import { excerpt } from "#runner/logs/excerpt.ts";
import { redactor } from "#runner/publish/redact.ts";

const lines = (count: number, text: string) => Array.from({ length: count }, () => text);

test("excerpt: what fits is shown whole", () => {
  assert.equal(excerpt("one\ntwo", 7), "one\ntwo");
});

test("excerpt: what failed long before the end is shown with the end", () => {
  const log = [
    ...lines(500, "install"),
    "FAIL: expected 2, got 3",
    ...lines(500, "clean up"),
    "exit 1",
  ].join("\n");
  const shown = excerpt(log, 3000);
  assert(shown.length <= 3000);
  assert.match(shown, /^\[\d+ lines left out\]\ninstall\n/);
  assert.match(shown, /\nFAIL: expected 2, got 3\nclean up\n/);
  assert.match(shown, /clean up\n\[\d+ lines left out\]\nclean up\n.*exit 1$/s);
});

test("excerpt: without a sign of trouble, or with one near the end, the end", () => {
  for (const sign of ["fine", "Error: no"]) {
    const log = [...lines(1000, "install"), sign, "exit 1"].join("\n");
    const shown = excerpt(log, 800);
    assert.match(shown, /^\[\d+ lines left out\]\ninstall\n/);
    assert(shown.endsWith(`\ninstall\n${sign}\nexit 1`));
    assert(shown.length > 700);
  }
});

test("excerpt: a line that is as long as a log is cut", () => {
  const shown = excerpt(`${"x".repeat(100_000)}\nexit 1`, 8000);
  assert.match(shown, /^x{2000}… \(98000 more\)\nexit 1$/);
});

test("excerpt, any log: whole lines of it in their order, and no more than is asked for", () => {
  const line = fc.constantFrom<string>(
    "ok",
    "error: it is wrong",
    "",
    "a line that is a bit longer",
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 400 }), fc.integer({ min: 600 }), (all, most) => {
      const shown = excerpt(all.join("\n"), most);
      assert(shown.length <= most + 100);
      const kept = shown.split("\n").filter((one) => !one.endsWith(" left out]"));
      let from = 0;
      for (const one of kept) {
        const at = all.indexOf(one, from);
        assert(at >= from || one === "", one);
        from = at + 1;
      }
    }),
  );
});

test("cleanLog: colours, times and marks of sections are gone, and what was written over", () => {
  const log = [
    "\ufeff2026-01-02T03:04:05.6789012Z ##[group]Run npm test",
    "section_start:1560896352:step\r\u001b[0KRunning",
    "10 %\r50 %\r100 %",
    "\u001b[31;1mnot ok\u001b[0m 1\r",
    "",
  ].join("\n");
  assert.equal(cleanLog(log), "##[group]Run npm test\nRunning\n100 %\nnot ok 1\n");
});

for (const [name, part] of [
  ["beginnings of a token", "-eyJ"],
  ["ends of lines that git and terminals don't know", "\u2028"],
] as const) {
  test(`cleanLog and redactor, a log of nothing but ${name}: not looked through again for each`, () => {
    const log = part.repeat(60_000 / part.length);
    const began = performance.now();
    redactor([])(cleanLog(log));
    assert(performance.now() - began < 1000);
  });
}
