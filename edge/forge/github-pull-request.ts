import * as z from "zod";
import { PullRequestAction } from "#shared/event.ts";
import type { Normalized } from "./forge.ts";
import {
  GitHubPullRequest,
  GitHubRepository,
  GitHubSender,
  pullRequestEvent,
  toRepository,
} from "./github-like.ts";
import { parseFields } from "./parse-fields.ts";

const Action = z.object({ action: z.string().max(64) });

/** The fields that we read. Each holds what the event wants, so a problem has GitHub's path. */
const Payload = z.object({
  action: PullRequestAction,
  repository: GitHubRepository,
  pull_request: GitHubPullRequest.extend({ draft: z.boolean() }),
  sender: GitHubSender,
});

/** GitHub itself shows the work of accounts that are gone as that of "ghost". */
export const ghost = "ghost";

/**
 * A `pull_request` payload in forge-neutral form.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizePullRequest(payload: unknown): Normalized {
  const { action: name } = parseFields(Action, payload);
  if (!PullRequestAction.safeParse(name).success) {
    return { kind: "ignored", reason: `pull_request action ${name} is not handled` };
  }
  const { action, repository, pull_request, sender } = parseFields(Payload, payload);
  const event = pullRequestEvent({
    forge: "github",
    action,
    repository: toRepository(repository, pull_request.html_url),
    repositoryId: repository.id,
    pullRequest: pull_request,
    draft: pull_request.draft,
    ghost,
    sender: toSender(sender),
  });
  return { kind: "event", event };
}

/** Who sends it; an app acts as a bot. */
export function toSender({ login, type }: z.infer<typeof GitHubSender>) {
  return { login, bot: type === "Bot" };
}
