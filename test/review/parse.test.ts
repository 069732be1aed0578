import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseAnswer } from "#runner/review/parse.ts";
import { Review } from "#shared/review.ts";
import { anyMarkdown, anyReview } from "./any-review.ts";

/** Text in which no line begins with a fence. */
const anyProse = anyMarkdown.map((text) => text.replaceAll("```", "``"));
const indent = fc.constantFrom(undefined, 2, "\t");
const lineEnd = fc.constantFrom("\n", "\r\n");

test("parseAnswer reads any review in a json block, whatever stands around it", () => {
  fc.assert(
    fc.property(
      fc.record({ review: anyReview, before: anyMarkdown, after: anyProse, indent, lineEnd }),
      ({ review, before, after, indent, lineEnd }) => {
        const block = ["```json", JSON.stringify(review, null, indent), "```"].join(lineEnd);
        const answer = [before, block, after].join(lineEnd);
        assert.deepEqual(parseAnswer(Review, answer), { ok: true, value: review });
      },
    ),
  );
});

test("parseAnswer reads any review in a block without a language, or without a block", () => {
  fc.assert(
    fc.property(
      fc.record({ review: anyReview, before: anyProse, after: anyProse, indent }),
      ({ review, before, after, indent }) => {
        const json = JSON.stringify(review, null, indent);
        const fenced = `${before}\n\`\`\`\n${json}\n\`\`\`\n${after}`;
        assert.deepEqual(parseAnswer(Review, fenced), { ok: true, value: review });
        assert.deepEqual(parseAnswer(Review, `\n${json} \n`), { ok: true, value: review });
      },
    ),
  );
});

test("parseAnswer takes the last of several blocks", () => {
  const review = (summary: string): Review => ({ summary, findings: [] });
  const block = (summary: string) => `\`\`\`json\n${JSON.stringify(review(summary))}\n\`\`\``;
  const answer = `${block("draft")}\nNo, better:\n${block("final")}\n`;
  assert.deepEqual(parseAnswer(Review, answer), { ok: true, value: review("final") });
});

test("parseAnswer reads a block whose end is missing", () => {
  const review: Review = { summary: "Fine.", findings: [] };
  const answer = `Done.\n\`\`\`json\n${JSON.stringify(review)}`;
  assert.deepEqual(parseAnswer(Review, answer), { ok: true, value: review });
});

test("parseAnswer never throws: what is no review has a reason", () => {
  const anyAnswer = fc.oneof(
    anyMarkdown,
    fc.json(),
    fc.json().map((json) => `\`\`\`json\n${json}\n\`\`\``),
  );
  fc.assert(
    fc.property(anyAnswer, (answer) => {
      const parsed = parseAnswer(Review, answer);
      assert(!parsed.ok);
      assert.match(parsed.reason, /^it (is not JSON|does not match the schema) \(.+\)$/s);
    }),
  );
});

test("parseAnswer says what is wrong and where, so that the model can mend it", () => {
  const finding = {
    severity: "high",
    category: "bug",
    file: "a.ts",
    line: 0,
    message: "Off by one",
    suggestion: null,
  };
  for (const [answer, reason] of [
    ["I looked at all of it.", /not JSON \(.*"I looked a/],
    ['```json\n{"summary": "Fine."}\n```', /schema \(.*findings/],
    [JSON.stringify({ summary: "Fine.", findings: [finding] }), /schema \(.*findings.*0.*line/],
  ] as const) {
    const parsed = parseAnswer(Review, answer);
    assert(!parsed.ok);
    assert.match(parsed.reason, reason);
  }
});
