import * as z from "zod";

/** Why a delivery makes no task. The set is closed: a metric has it as a label. */
export const SkipCode = z.enum([
  /** The forge tells of something that no task is made of. */
  "not_handled",
  "action",
  "push",
  "draft",
  "fork",
  "bot",
  "closed",
  "repository",
  "author",
  "title",
  "label",
  "source_branch",
  "target_branch",
  /** `rules.pr_commands` or `rules.push_commands` is empty. */
  "automatic_off",
  "failures_off",
  "no_command",
  "unknown_command",
  "edited_comment",
  "own_comment",
  "not_allowed",
  "too_long",
  /** It was missed, and something later has taken its place. */
  "overtaken",
]);
/** {@link SkipCode} as a type. */
export type SkipCode = z.infer<typeof SkipCode>;
