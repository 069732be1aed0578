import type { Finding } from "#shared/review.ts";
import { fractionOf } from "./fraction.ts";

const file = "src/count.ts";
/** What may be found in the code of a pull request, each on a line of its own. */
const names = ["first", "second", "third", "fourth"];

/** The files of a version of a pull request; all have the same lines to find something on. */
export function codeOf(number: number, version: number): Record<string, string> {
  const lines = names.map((name) => `export const ${name} = ${number};`);
  return { [file]: `${[...lines, `// Version ${version}`].join("\n")}\n` };
}

/** What the scripted CLI finds in a push: each by chance, so that some come back when they were gone. */
export function findingsOf(seed: string, push: string): Finding[] {
  return names.flatMap((name, index): Finding[] =>
    fractionOf(seed, "finding", push, name) < 0.4
      ? [
          {
            severity: "medium",
            category: "bug",
            file,
            line: index + 1,
            message: `Nobody uses the ${name} count.`,
            suggestion: null,
          },
        ]
      : [],
  );
}
