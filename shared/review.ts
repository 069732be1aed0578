import * as z from "zod";

/** How bad a finding is, worst first. */
export const Severity = z.enum(["critical", "high", "medium", "low", "info"]);

/** {@link Severity} as a type. */
export type Severity = z.infer<typeof Severity>;

/** One thing that a review found in the change. */
const Finding = z.object({
  severity: Severity,
  category: z.enum([
    "bug",
    "security",
    "performance",
    "reliability",
    "maintainability",
    "test",
    "docs",
    "style",
  ]),
  /** Path from the root of the repository, with slashes. */
  file: z.string().min(1).max(4096),
  /** Line in the new version of the file, from 1; null when the finding is about the whole file. */
  line: z.int().positive().nullable(),
  /** What is wrong and why it matters. */
  message: z.string().min(1),
  /** What to write instead, or null. */
  suggestion: z.string().nullable(),
});

/** {@link Finding} as a type. */
export type Finding = z.infer<typeof Finding>;

/** A line that a pull request adds or changes: where a forge shows a comment. */
export const Place = z.object({
  path: z.string(),
  /** What the file was called before, when it was renamed. */
  previous_path: z.string().nullable(),
  /** In the new version of the file, from 1. */
  line: z.int().positive(),
  /** The text of the line: what a finding is recognized by when lines have moved. */
  text: z.string(),
});
/** {@link Place} as a type. */
export type Place = z.infer<typeof Place>;

/** The answer that a review turn must end with. */
export const Review = z.object({
  summary: z.string().min(1),
  findings: z.array(Finding).max(200),
});
/** {@link Review} as a type. */
export type Review = z.infer<typeof Review>;
