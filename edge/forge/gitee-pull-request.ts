import * as z from "zod";
import { type PullRequestAction, Repository } from "#shared/event.ts";
import { isDraftTitle } from "./draft-title.ts";
import type { Normalized } from "./forge.ts";
import { defined, GitHubPullRequest, GitHubSender, pullRequestEvent } from "./github-like.ts";
import { toSender } from "./github-pull-request.ts";
import { parseFields } from "./parse-fields.ts";
import { RepositoryPath } from "./repository-path.ts";
import { Branch } from "./told.ts";

const Action = z.object({
  action: z.string().max(64),
  action_desc: z.string().max(64).nullish(),
});

/** A repository as Gitee tells it. */
export const GiteeRepository = z.object({
  id: z.int(),
  path_with_namespace: RepositoryPath,
  clone_url: Repository.shape.clone_url,
  default_branch: Branch,
});

/** The fields that we read. Each holds what the event wants, so a problem has Gitee's path. */
const Payload = z.object({
  repository: GiteeRepository,
  pull_request: GitHubPullRequest,
  sender: GitHubSender,
});

/**
 * A `Merge Request Hook` payload in forge-neutral form.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizeGiteePullRequest(payload: unknown): Normalized {
  const fields = parseFields(Action, payload);
  const action = actionOf(fields);
  if (action === undefined) {
    const name = [fields.action, fields.action_desc].filter(Boolean).join(" ");
    return { kind: "ignored", reason: `pull request action ${name} is not handled` };
  }
  const { repository, pull_request, sender } = parseFields(Payload, payload);
  const event = pullRequestEvent({
    forge: "gitee",
    action,
    repository: toGiteeRepository(repository, pull_request.html_url),
    repositoryId: repository.id,
    pullRequest: pull_request,
    draft: isGiteeDraft(pull_request),
    sender: toSender(sender),
  });
  return { kind: "event", event };
}

/** A repository in forge-neutral form; `page` is a URL of the forge. */
export function toGiteeRepository(
  { path_with_namespace, clone_url, default_branch }: z.infer<typeof GiteeRepository>,
  page: string,
): Repository {
  return defined({ host: new URL(page).host, ...path_with_namespace, clone_url, default_branch });
}

/** Without its switch the title tells. */
export function isGiteeDraft({ draft, title }: z.infer<typeof GitHubPullRequest>): boolean {
  return draft ?? isDraftTitle(title);
}

function actionOf({ action, action_desc }: z.infer<typeof Action>): PullRequestAction | undefined {
  switch (action) {
    case "open":
      return "opened";
    case "reopen":
      return "reopened";
    case "close":
    case "merge":
      return "closed";
    case "update":
      return updates[action_desc ?? ""];
    default:
      return undefined;
  }
}

/** What was updated. Gitee calls it the same whether a label came or went. */
const updates: Readonly<Record<string, PullRequestAction>> = {
  source_branch_changed: "synchronize",
  target_branch_changed: "edited",
  update_title: "edited",
  update_body: "edited",
  update_label: "labeled",
};
