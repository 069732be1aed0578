import * as z from "zod";
import { PullRequest, Repository, type Sender } from "#shared/event.ts";
import { defined } from "./github-like.ts";
import { RepositoryPath } from "./repository-path.ts";
import { Branch, cut } from "./told.ts";

/** A project as GitLab tells it. */
export const GitLabProject = z.object({
  path_with_namespace: RepositoryPath,
  git_http_url: Repository.shape.clone_url,
  default_branch: Branch,
});

/** An account as GitLab tells it. */
export const GitLabUser = z.object({
  id: z.int().optional(),
  username: PullRequest.shape.author,
});

/** A project in forge-neutral form; `page` is a URL of its instance. */
export function toGitLabRepository(
  { path_with_namespace, git_http_url, default_branch }: z.infer<typeof GitLabProject>,
  page: string,
): Repository {
  const { host } = new URL(page);
  return defined({ host, ...path_with_namespace, clone_url: git_http_url, default_branch });
}

/** Access tokens of projects and groups, and service accounts, act under names of this form. */
export function toGitLabSender({ username }: { readonly username: string }): Sender {
  const login = cut(username, 256);
  return { login, bot: /^(?:(?:project|group)_\d+_bot|service_account_)/.test(login) };
}
