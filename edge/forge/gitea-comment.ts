import * as z from "zod";
import type { CommentEvent, PullRequestTold } from "#shared/task-event.ts";
import type { Normalized } from "./forge.ts";
import { GiteaPullRequest, isDraft, toGiteaSender } from "./gitea-pull-request.ts";
import {
  defined,
  GitHubIssue,
  GitHubRepository,
  GitHubSender,
  toldByIssue,
  toPullRequest,
  toRepository,
} from "./github-like.ts";
import { parseFields } from "./parse-fields.ts";
import { cut, Id, Page } from "./told.ts";

const Action = z.object({
  action: z.string().max(64),
  is_pull: z.boolean().nullish().catch(undefined),
  issue: z.object({ pull_request: z.unknown().optional() }).optional(),
});

const shared = { repository: GitHubRepository, sender: GitHubSender };

const OnIssue = z.object({
  ...shared,
  action: z.enum(["created", "edited"]),
  comment: z.object({
    id: Id,
    html_url: Page,
    body: z.string(),
    user: GitHubIssue.shape.user,
  }),
  /** Its `html_url` is missing in old versions, where the comment's has the page. */
  issue: GitHubIssue.extend({ html_url: Page }),
  /** Newer versions have it too. */
  pull_request: GiteaPullRequest.optional().catch(undefined),
});

const OnPage = z.object({ issue: GitHubIssue.pick({ html_url: true }) });

const Review = z.object({
  ...shared,
  pull_request: GiteaPullRequest,
  review: z.object({ content: z.string().nullish() }),
});

/**
 * An `issue_comment` payload in forge-neutral form.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizeGiteaComment(payload: unknown): Normalized {
  const { action, is_pull, issue } = parseFields(Action, payload);
  if (action !== "created" && action !== "edited") {
    return { kind: "ignored", reason: `issue_comment action ${action} is not handled` };
  }
  if (is_pull !== true && !issue?.pull_request) {
    return { kind: "ignored", reason: "the comment is on an issue, and on no pull request" };
  }
  const told = parseFields(OnIssue, payload);
  const { comment, repository, pull_request } = told;
  const page = told.issue.html_url ?? comment.html_url?.split("#")[0];
  const { html_url } = parseFields(OnPage, { issue: { html_url: page } }).issue;
  const known = pull_request === undefined ? undefined : toTold(pull_request, repository.id);
  const request = known ?? toldByIssue({ ...told.issue, html_url }, {});
  return toEvent(told, request, {
    action: told.action,
    comment: defined({
      id: comment.id,
      url: comment.html_url,
      body: cut(comment.body, 65_536),
      author: comment.user?.login ?? "",
    }),
  });
}

/**
 * A payload about a review in forge-neutral form: its text, as Gitea tells no comments of it.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizeGiteaReview(payload: unknown): Normalized {
  const told = parseFields(Review, payload);
  const { pull_request, review, sender, repository } = told;
  return toEvent(told, toTold(pull_request, repository.id), {
    action: "created",
    comment: { body: cut(review.content ?? "", 65_536), author: sender.login },
  });
}

function toTold(request: z.infer<typeof GiteaPullRequest>, id: number): PullRequestTold {
  return toPullRequest(request, id, { draft: isDraft(request) });
}

function toEvent(
  { repository, sender }: z.infer<z.ZodObject<typeof shared>>,
  pull_request: PullRequestTold,
  said: Pick<CommentEvent, "action" | "comment">,
): Normalized {
  const event: CommentEvent = {
    type: "comment",
    forge: "gitea",
    ...said,
    repository: toRepository(repository, pull_request.url),
    pull_request,
    sender: toGiteaSender(sender),
  };
  return { kind: "event", event };
}
