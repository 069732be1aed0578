import type { Review } from "#shared/review.ts";
import type { Files } from "../workspace/import-commits.ts";

const fileCount = 200;
const lineCount = 40;

/** A repository of a usual size: about 500 KB in 200 files. */
export const baseFiles: Files = Object.fromEntries(
  Array.from({ length: fileCount }, (_, index) => [pathOf(index), moduleText(index, "base")]),
);

/** What one push changes: the same three files each time, so that all prompts are of one size. */
export function changedFiles(push: number): Files {
  const mark = `push-${String(push).padStart(6, "0")}`;
  return Object.fromEntries([3, 90, 170].map((index) => [pathOf(index), moduleText(index, mark)]));
}

/** What the pushes from one to another change together: each three files of its own. */
export function grownFiles(from: number, to: number): Files {
  const numbers = Array.from({ length: (to - from + 1) * 3 }, (_, index) => from * 3 + index);
  return Object.fromEntries(
    numbers.map((index) => [pathOf(index), moduleText(index, `push-${Math.trunc(index / 3)}`)]),
  );
}

/** What the model finds every time. */
export const review: Review = {
  summary: "Renames the marks of three modules. One of them is used before it is checked.",
  findings: [
    {
      severity: "medium",
      category: "bug",
      file: pathOf(3),
      line: 20,
      message: "The mark is compared as text, so 10 comes before 9. Compare numbers instead.",
      suggestion: "return Number(a.mark) - Number(b.mark);",
    },
  ],
};

/** What the model says in every turn, to everybody. */
export const answer = `I look at how the marks are compared.\n\n\`\`\`json\n${JSON.stringify(review, null, 2)}\n\`\`\``;

function pathOf(index: number): string {
  return `src/part-${index % 10}/module-${index}.ts`;
}

/** Every tenth line holds the mark. */
function moduleText(index: number, mark: string): string {
  const lines = Array.from({ length: lineCount }, (_, line) =>
    line % 10 === 0
      ? `export const mark${line} = "${mark}-${index}-${line}";`
      : `export const value${line} = (input: number): number => input * ${index} + ${line};`,
  );
  return `${lines.join("\n")}\n`;
}
