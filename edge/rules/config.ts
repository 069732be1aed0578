import * as z from "zod";
import { PullRequestAction } from "#shared/event.ts";
import { Pattern } from "./pattern.ts";

/** What an event may set off by itself. */
const Automatic = z
  .array(z.enum(["/review", "/analyze", "/test"]))
  .max(1, "must hold one command at most: a delivery makes one task")
  .default(["/review"]);

/** `login`, or `forge:login` where the same name is somebody else on another forge. */
const User = z
  .string()
  .regex(
    /^(?:(?:github|gitlab|gitee|gitea):)?[^\s:]{1,255}$/,
    "must be a user name, or one behind its forge: gitlab:mona",
  )
  .transform((user) => user.toLowerCase());

/** Which events make which tasks. Names are those of pr-agent where it has them. */
export const RulesConfig = z.strictObject({
  handle_pr_actions: z
    .array(PullRequestAction.exclude(["closed", "synchronize"]))
    .default(["opened", "reopened", "ready_for_review"])
    .meta({ description: "What is done to a pull request that sets off `rules.pr_commands`" }),
  pr_commands: Automatic.meta({
    description: "What that sets off: one of /review, /analyze, /test; empty: nothing",
  }),
  handle_push_trigger: z.boolean().default(true).meta({
    description: "Whether new commits set off `rules.push_commands`",
  }),
  push_commands: Automatic.meta({ description: "What new commits set off" }),
  feedback_on_draft_pr: z.boolean().default(false).meta({
    description: "Whether drafts set off something too",
  }),
  analyze_failures: z.boolean().default(false).meta({
    description: "Whether a pipeline that failed for a pull request is analyzed",
  }),
  ignore_forks: z.boolean().default(false).meta({
    description: "Whether pull requests from forks set off nothing by themselves",
  }),
  ignore_bot_pr: z.boolean().default(false).meta({
    description: "Whether what bots do to pull requests sets off nothing",
  }),
  ignore_pr_title: patterns("Titles, as regular expressions, of pull requests to leave alone"),
  ignore_pr_labels: z.array(z.string().min(1)).default([]).meta({
    description: "Labels of pull requests to leave alone",
  }),
  ignore_pr_authors: z.array(User).default([]).meta({
    description: "Authors to leave alone: `mona`, or `gitlab:mona` on one forge",
  }),
  ignore_pr_source_branches: patterns("The same for branches that they come from"),
  ignore_pr_target_branches: patterns("The same for branches that they go to"),
  ignore_repositories: patterns("The same for whole repositories, as `owner/name`"),
  command_users: z.array(User).default([]).meta({
    description: "Who may give commands besides those whom the forge says may: `gitlab:mona`",
  }),
  unverified_commands: z.enum(["refuse", "check"]).default("refuse").meta({
    description: "Commands of all others: refused, or handed over for the runner to ask the forge",
  }),
  unknown_commands: z.enum(["help", "ignore"]).default("help").meta({
    description: "Whether a command that there is not is answered with help, once a pull request",
  }),
});
/** {@link RulesConfig}, read: patterns are compiled. */
export type Rules = z.output<typeof RulesConfig>;

function patterns(description: string) {
  return z.array(Pattern).default([]).meta({ description });
}
