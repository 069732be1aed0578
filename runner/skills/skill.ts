import * as z from "zod";
import { Duration } from "#shared/quantity.ts";
import type { BudgetLimit } from "../budget/limits.ts";
import { offerableTools } from "../claude/tools.ts";

/** The forms of answers that there are; what is done with one is code, so no skill adds another. */
export const SkillOutput = z.enum(["review", "analysis", "diagnosis", "tests"]);
/** {@link SkillOutput} as a type. */
export type SkillOutput = z.infer<typeof SkillOutput>;

/** What a skill is shown: the pull request with its diff, and the logs of jobs that failed. */
const SkillInput = z.enum(["change", "log"]);
/** {@link SkillInput} as a type. */
type SkillInput = z.infer<typeof SkillInput>;

const Tool = z.string().refine((tool) => offerableTools.includes(tool), {
  error: ({ input }) =>
    `must be one of ${offerableTools.join(", ")}, got ${JSON.stringify(input)}; what a tool may do is for claude.tools to say`,
});

/** A list, or what stands between commas. */
const Tools = z.preprocess(
  (value) => (typeof value === "string" ? value.split(",").map((tool) => tool.trim()) : value),
  z.array(Tool),
);

const Count = z.int().positive();

/** What stands in the front matter of a `SKILL.md`. */
export const FrontMatter = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, "must be words-with-hyphens"),
  description: z.string().trim().min(1).max(1024),
  "allowed-tools": Tools,
  budgets: z
    .strictObject({
      usd: z.number().positive().optional(),
      tokens: Count.optional(),
      turns: Count.optional(),
      time: Duration.optional(),
    })
    .prefault({}),
  output: SkillOutput,
  inputs: z.array(SkillInput).min(1).default(["change"]),
});

/** How something is done: text of the operator or of ours, never of a pull request. */
export interface Skill {
  readonly name: string;
  readonly description: string;
  /** Names of the tools that may be used, as far as the configuration offers them. */
  readonly tools: readonly string[];
  /** What one task may take; no more than the configuration allows. */
  readonly budgets: BudgetLimit;
  readonly output: SkillOutput;
  readonly inputs: readonly SkillInput[];
  /** The body: Markdown. */
  readonly instructions: string;
  /** SHA-256 of the whole file, in hex: another one is another skill. */
  readonly hash: string;
  /** Where it was read, absolute. */
  readonly path: string;
}
