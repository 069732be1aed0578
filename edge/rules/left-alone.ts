import type { SkipCode } from "#shared/skip.ts";
import type { TaskEvent } from "#shared/task-event.ts";
import { isListed } from "./allowed.ts";
import type { Rules } from "./config.ts";
import type { Skip } from "./decision.ts";

/** The rule that keeps a pull request from setting off anything by itself; undefined for none. */
export function leftAlone(
  { forge, action, pull_request, sender }: TaskEvent,
  rules: Rules,
): Skip | undefined {
  const { draft, fork, author, title, labels, head, base } = pull_request;
  const isReady = action === "ready_for_review" || rules.feedback_on_draft_pr;
  if (draft === true && !isReady) return { code: "draft", reason: "the pull request is a draft" };
  if (fork === true && rules.ignore_forks) {
    return { code: "fork", reason: "the pull request comes from a fork: rules.ignore_forks" };
  }
  if (sender.bot && rules.ignore_bot_pr) {
    return { code: "bot", reason: "the sender is a bot: rules.ignore_bot_pr" };
  }
  if (isListed(rules.ignore_pr_authors, forge, author ?? "")) {
    return { code: "author", reason: `author ${author}: rules.ignore_pr_authors` };
  }
  const label = labels?.find((name) => rules.ignore_pr_labels.includes(name));
  if (label !== undefined) {
    return { code: "label", reason: `label ${label}: rules.ignore_pr_labels` };
  }
  return (
    matching("title", "ignore_pr_title", title, rules) ??
    matching("source_branch", "ignore_pr_source_branches", head?.ref, rules) ??
    matching("target_branch", "ignore_pr_target_branches", base?.ref, rules)
  );
}

/** The same for one text and the patterns of one rule. */
export function matching(
  code: SkipCode,
  rule:
    | "ignore_pr_title"
    | "ignore_pr_source_branches"
    | "ignore_pr_target_branches"
    | "ignore_repositories",
  text: string | undefined,
  rules: Rules,
): Skip | undefined {
  if (text === undefined) return undefined;
  const pattern = rules[rule].find(({ found }) => found(text));
  return pattern && { code, reason: `rules.${rule}: ${pattern.source}` };
}
