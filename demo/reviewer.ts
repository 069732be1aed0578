import type { Review } from "#shared/review.ts";
import { textBlock, toolUse } from "#test/messages-api/blocks.ts";
import { message, type Responder } from "#test/messages-api/reply.ts";

/**
 * What the stand-in says in place of a model: in each turn it reads the file first, by the CLI's
 * own tool, then it answers with a review. The second turn knows what the first one found.
 */
export const scriptedReviewer: Responder = (request, count) => {
  const turn = Math.floor(count / 2);
  const pace = { latencyMs: 150, chunkDelayMs: 12 };
  if (count % 2 === 0) {
    const file = `${workingDirectory(request.raw)}/src/discount.ts`;
    const opening = textBlock(turn === 0 ? "I read the new file first.\n" : "I read it again.\n");
    return message({ blocks: [opening, toolUse("Read", { file_path: file })], ...pace });
  }
  const { words, review } = turn === 0 ? firstAnswer : secondAnswer;
  const json = `\`\`\`json\n${JSON.stringify(review, null, 2)}\n\`\`\``;
  return message({ blocks: [textBlock(`${words}\n\n${json}`)], ...pace });
};

interface Answer {
  readonly words: string;
  readonly review: Review;
}

const emptyCart: Review["findings"][number] = {
  severity: "medium",
  category: "bug",
  file: "src/discount.ts",
  line: 10,
  message: "average() divides by items.length: an empty cart gives NaN, which spreads silently.",
  suggestion: "return items.length === 0 ? 0 : total(items) / items.length;",
};

const firstAnswer: Answer = {
  words: "Prices are whole cents elsewhere, so I look at how the discount rounds.",
  review: {
    summary: "Adds discounts and an average. A discount can leave fractions of a cent.",
    findings: [
      {
        severity: "high",
        category: "bug",
        file: "src/discount.ts",
        line: 6,
        message:
          "The README says that prices are in cents, but sum * percent / 100 is no whole number for most carts.",
        suggestion: "return sum - Math.round((sum * percent) / 100);",
      },
      emptyCart,
    ],
  },
};

const secondAnswer: Answer = {
  words: "The rounding that I asked for is there now; the empty cart is as it was.",
  review: {
    summary: "Discounts are rounded to whole cents now. One finding of before is left.",
    findings: [emptyCart],
  },
};

/** Where the CLI says that it works: what a model reads in its prompt. */
function workingDirectory(raw: string): string {
  return /Primary working directory: ([^\\"]+)/.exec(raw)?.[1] ?? ".";
}
