import type { Normalized } from "./forge.ts";
import { GiteeRepository, toGiteeRepository } from "./gitee-pull-request.ts";
import { GitHubSender } from "./github-like.ts";
import { toSender } from "./github-pull-request.ts";
import { parseFields } from "./parse-fields.ts";
import { Pushed, pushed } from "./push.ts";

const Payload = Pushed.extend({ repository: GiteeRepository, sender: GitHubSender });

/**
 * A `Push Hook` payload in forge-neutral form.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizeGiteePush(payload: unknown): Normalized {
  const { repository, sender, ...rest } = parseFields(Payload, payload);
  const told = toGiteeRepository(repository, repository.clone_url);
  return pushed("gitee", rest, told, toSender(sender));
}
