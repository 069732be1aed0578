import * as z from "zod";
import { PullRequest, type PullRequestAction, Sha } from "#shared/event.ts";
import { isDraftTitle } from "./draft-title.ts";
import type { Normalized } from "./forge.ts";
import {
  GitHubPullRequest,
  GitHubRepository,
  GitHubSender,
  pullRequestEvent,
  toRepository,
} from "./github-like.ts";
import { parseFields } from "./parse-fields.ts";

const { title, head } = PullRequest.shape;

const Title = z.object({ title });
const Action = z.object({
  action: z.string().max(64),
  pull_request: Title.optional(),
  changes: z.object({ title: z.object({ from: z.string() }).nullish() }).nullish(),
});

/** A pull request as Gitea tells it; the base's `sha` is empty when its branch is gone. */
export const GiteaPullRequest = GitHubPullRequest.extend({
  base: z
    .object({ sha: Sha.or(z.literal("")), ref: head.shape.ref })
    .transform(({ sha, ref }) => (sha === "" ? { ref } : { sha, ref })),
});

/** The fields that we read. Each holds what the event wants, so a problem has Gitea's path. */
const Payload = z.object({
  repository: GitHubRepository,
  pull_request: GiteaPullRequest,
  sender: GitHubSender,
});

/**
 * A `pull_request` payload in forge-neutral form.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizeGiteaPullRequest(payload: unknown): Normalized {
  const fields = parseFields(Action, payload);
  const action = actionOf(fields);
  if (action === undefined) {
    return { kind: "ignored", reason: `pull_request action ${fields.action} is not handled` };
  }
  const { repository, pull_request, sender } = parseFields(Payload, payload);
  const event = pullRequestEvent({
    forge: "gitea",
    action,
    repository: toRepository(repository, pull_request.html_url),
    repositoryId: repository.id,
    pullRequest: pull_request,
    draft: isDraft(pull_request),
    sender: toGiteaSender(sender),
  });
  return { kind: "event", event };
}

/** Newer versions say whether it is a draft; before, the title tells. */
export function isDraft({ draft, title }: z.infer<typeof GiteaPullRequest>): boolean {
  return draft ?? isDraftTitle(title);
}

/** Gitea marks no account as a bot: its own runner's, and those that name themselves so. */
export function toGiteaSender({ login }: z.infer<typeof GitHubSender>) {
  return { login, bot: /^(?:gitea|forgejo)-actions$|\[bot\]$/.test(login) };
}

function actionOf(payload: z.infer<typeof Action>): PullRequestAction | undefined {
  switch (payload.action) {
    case "opened":
    case "reopened":
    case "closed":
      return payload.action;
    case "review_requested":
      return payload.action;
    case "synchronized":
      return "synchronize";
    case "label_updated":
      return "labeled";
    case "label_cleared":
      return "unlabeled";
    case "edited":
      return editOf(payload);
    default:
      return undefined;
  }
}

/** A draft is one by its title, so it begins and ends with an edit. */
function editOf({ pull_request, changes }: z.infer<typeof Action>): PullRequestAction {
  const from = changes?.title?.from;
  const before = isDraftTitle(from ?? "");
  const after = isDraftTitle(pull_request?.title ?? "");
  if (from === undefined || before === after) return "edited";
  return before ? "ready_for_review" : "converted_to_draft";
}
