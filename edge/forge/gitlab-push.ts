import { PullRequest } from "#shared/event.ts";
import type { Normalized } from "./forge.ts";
import { GitLabProject, toGitLabRepository, toGitLabSender } from "./gitlab-project.ts";
import { parseFields } from "./parse-fields.ts";
import { Pushed, pushed } from "./push.ts";

const Payload = Pushed.extend({
  user_username: PullRequest.shape.author.nullish(),
  project: GitLabProject,
});

/**
 * A `push` payload in forge-neutral form.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizeGitLabPush(payload: unknown): Normalized {
  const { project, user_username, ...rest } = parseFields(Payload, payload);
  const repository = toGitLabRepository(project, project.git_http_url);
  return pushed("gitlab", rest, repository, toGitLabSender({ username: user_username ?? "" }));
}
