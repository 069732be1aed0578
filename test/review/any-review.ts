import fc from "fast-check";
import type { Review } from "#shared/review.ts";

const anyText = fc.string({ unit: "binary" });
/** What a model writes that knows Markdown, and what could be taken for the end of its answer. */
export const anyMarkdown = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "```",
        "```json\n",
        "\n```\n",
        "\n```json\n{",
        "{",
        "}",
        "\r\n",
        "\u2028",
        '"',
      ),
      anyText,
    ),
  )
  .map((parts) => parts.join(""));
const something = anyMarkdown.filter((text) => text !== "");

/** Any review that the schema allows. */
export const anyReview: fc.Arbitrary<Review> = plain({
  summary: something,
  findings: fc.array(
    plain({
      severity: fc.constantFrom("critical", "high", "medium", "low", "info"),
      category: fc.constantFrom("bug", "security", "performance", "reliability", "test", "docs"),
      file: fc.string({ minLength: 1 }),
      line: fc.option(fc.integer({ min: 1 })),
      message: something,
      suggestion: fc.option(anyMarkdown),
    }),
    { maxLength: 5 },
  ),
});

/** A record with the prototype that parsed JSON has. */
function plain<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}
