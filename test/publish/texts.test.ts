import assert from "node:assert/strict";
import { test } from "node:test";
import { reportMarkdown } from "#runner/publish/report-texts.ts";
import { findingText, reviewMarkdown } from "#runner/publish/texts.ts";
import { untrustedText } from "#runner/publish/untrusted-text.ts";
import type { Finding } from "#shared/review.ts";
import { analysis, diagnosis } from "../review/reports.ts";
import { usualFinding as finding } from "./review-json.ts";

const text = untrustedText((same) => same);
const place = { path: "src/pay.ts", previous_path: null, line: 2, text: "two();" };

function summaryOf(findings: readonly Finding[], summary = "It pays."): string {
  const review = { summary, findings: [...findings] };
  const shown = findings.map((one) => ({ finding: one, place }));
  const about = { headSha: "a".repeat(40), title: "Findings", isCached: false, skills: ["one"] };
  return reviewMarkdown({ ...about, review, shown }, text);
}

test("the text of a finding whose message opens a block of code: the suggestion stands in its own", () => {
  const told = { ...finding, message: "See:\n```", suggestion: "@team\n/merge" };
  const expected =
    "**high** · bug\n\nSee:\n```\n```\n\nSuggestion:\n\n```text\n@team\n\u200b/merge\n```";
  assert.equal(findingText({ finding: told, place }, text), expected);
});

test("a summary that opens a block of code: what was found stands below it", () => {
  assert.match(summaryOf([finding], "See:\n~~~"), /See:\n~~~\n~~~\n\n\*\*Findings\*\*/);
});

test("a line of the summary, and one that is too long as a whole: not cut within a character", () => {
  for (const count of [1, 200]) {
    for (const before of ["", "a"]) {
      const message = before + "😀".repeat(200);
      const summary = summaryOf(Array.from({ length: count }, () => ({ ...finding, message })));
      assert(summary.isWellFormed());
      assert(summary.length <= 60_002);
      assert.match(summary, /_By the skill `one`\._$/);
    }
  }
});

test("a report, texts that begin with a block of code or a list: below their labels", () => {
  const told = { ...diagnosis, fix: "```\nexpect(3)\n```" };
  const fix = /\n\n\*\*Fix:\*\*\n\n```\nexpect\(3\)\n```$/;
  assert.match(reportMarkdown({ kind: "diagnosis", diagnosis: told }, text), fix);
  const impact = [{ area: "Pay", effect: "~~~\na\n~~~" }];
  const many = { ...analysis, impact, rollback: "- a\n- b", changelog: "```" };
  const shown = reportMarkdown({ kind: "analysis", analysis: many }, text);
  assert(shown.includes("\n- **Pay:**\n  \n  ~~~\n  a\n  ~~~\n"), shown);
  assert(shown.includes("**Rollback:**\n\n- a\n- b\n\n**Changelog:**\n\n```\n```"), shown);
});
