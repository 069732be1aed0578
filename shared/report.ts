import * as z from "zod";

/** All of a report fits into one comment of any forge. */
const Text = z.string().trim().min(1).max(3000);
const Item = z.string().trim().min(1).max(600);
const Line = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .regex(/^[^\r\n]*$/, "must be one line");

/** What a change touches, and what whoever releases it has to know. */
export const Analysis = z.object({
  summary: Text,
  impact: z.array(z.object({ area: Line, effect: Item })).max(20),
  /** From 1, nothing that runs is changed, to 10. */
  risk: z.object({ score: z.int().min(1).max(10), reason: Text }),
  breaking_changes: z.array(Item).max(20),
  /** Commands, paths, or what to try by hand. */
  tests_to_run: z.array(Line).max(20),
  rollback: Text,
  /** For the users of the project. */
  changelog: Line,
});
/** {@link Analysis} as a type. */
export type Analysis = z.infer<typeof Analysis>;

/** Why a pipeline failed. */
export const Diagnosis = z.object({
  kind: z.enum([
    "code",
    "test",
    "dependency",
    "configuration",
    "infrastructure",
    "flaky",
    "unknown",
  ]),
  cause: Text,
  confidence: z.enum(["low", "medium", "high"]),
  /** Whether it would not have failed without the change. */
  by_this_change: z.enum(["yes", "no", "unclear"]),
  /** Lines of the log that show it, as they are. */
  evidence: z.array(Item).max(10),
  fix: Text,
});
/** {@link Diagnosis} as a type. */
export type Diagnosis = z.infer<typeof Diagnosis>;

/** Tests that are proposed for a change. */
export const TestProposal = z.object({
  summary: Text,
  /** What holds once they pass, a sentence each. */
  cases: z.array(Line).max(50),
  /** A unified diff against the head, of test files alone; null when no test is missing. */
  patch: z.string().min(1).max(30_000).nullable(),
  /** How to run them; null when that is not known. */
  command: Line.nullable(),
});
/** {@link TestProposal} as a type. */
export type TestProposal = z.infer<typeof TestProposal>;

/** What a task found that has a form, besides a review. */
export const Report = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("analysis"), analysis: Analysis }),
  z.object({ kind: z.literal("diagnosis"), diagnosis: Diagnosis }),
  z.object({ kind: z.literal("tests"), tests: TestProposal }),
]);
/** {@link Report} as a type. */
export type Report = z.infer<typeof Report>;
