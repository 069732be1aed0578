import { PullRequest } from "#shared/event.ts";
import type { Normalized } from "./forge.ts";
import { GitHubRepository, GitHubSender, toRepository } from "./github-like.ts";
import { toSender } from "./github-pull-request.ts";
import { parseFields } from "./parse-fields.ts";
import { Pushed, pushed } from "./push.ts";

const Payload = Pushed.extend({
  repository: GitHubRepository.extend({ html_url: PullRequest.shape.url }),
  sender: GitHubSender,
});

/**
 * A `push` payload of GitHub, or of a forge that sends the same, in forge-neutral form.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizePush(forge: "github" | "gitea", payload: unknown): Normalized {
  const { repository, sender, ...rest } = parseFields(Payload, payload);
  return pushed(forge, rest, toRepository(repository, repository.html_url), toSender(sender));
}
