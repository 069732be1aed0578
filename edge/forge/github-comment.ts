import * as z from "zod";
import type { CommentEvent, PullRequestTold } from "#shared/task-event.ts";
import type { Normalized } from "./forge.ts";
import {
  defined,
  GitHubIssue,
  GitHubPullRequest,
  GitHubRepository,
  GitHubSender,
  toldByIssue,
  toPullRequest,
  toRepository,
} from "./github-like.ts";
import { ghost, toSender } from "./github-pull-request.ts";
import { parseFields } from "./parse-fields.ts";
import { cut, Id, Line, Page, Path, Relation } from "./told.ts";

const Action = z.object({
  action: z.string().max(64),
  issue: z.object({ pull_request: z.unknown().optional() }).optional(),
});

const Comment = z.object({
  id: Id,
  html_url: Page,
  body: z.string(),
  user: GitHubIssue.shape.user,
  author_association: Relation,
  /** The rest is there for a comment on the diff alone. */
  in_reply_to_id: Id,
  path: Path,
  line: Line,
  side: z.enum(["LEFT", "RIGHT"]).optional().catch(undefined),
});

const fields = {
  action: z.enum(["created", "edited"]),
  comment: Comment,
  repository: GitHubRepository,
  sender: GitHubSender,
};
const OnIssue = z.object({ ...fields, issue: GitHubIssue });
const OnDiff = z.object({ ...fields, pull_request: GitHubPullRequest });

/**
 * An `issue_comment` or `pull_request_review_comment` payload in forge-neutral form.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizeComment(event: string, payload: unknown): Normalized {
  const { action, issue } = parseFields(Action, payload);
  if (!fields.action.safeParse(action).success) {
    return { kind: "ignored", reason: `${event} action ${action} is not handled` };
  }
  if (event === "pull_request_review_comment") {
    const told = parseFields(OnDiff, payload);
    const { pull_request: request, repository } = told;
    const way = { draft: request.draft ?? false, ghost };
    return toEvent(told, toPullRequest(request, repository.id, way));
  }
  if (!issue?.pull_request) {
    return { kind: "ignored", reason: "the comment is on an issue, and on no pull request" };
  }
  const told = parseFields(OnIssue, payload);
  return toEvent(told, toldByIssue(told.issue, { ghost }));
}

function toEvent(
  { action, comment, repository, sender }: z.infer<z.ZodObject<typeof fields>>,
  pull_request: PullRequestTold,
): Normalized {
  const { id, html_url, body, user, author_association, in_reply_to_id } = comment;
  const { path, line, side } = comment;
  const event: CommentEvent = {
    type: "comment",
    forge: "github",
    action,
    repository: toRepository(repository, pull_request.url),
    pull_request,
    comment: defined({
      id,
      url: html_url,
      body: cut(body, 65_536),
      author: user?.login ?? ghost,
      association: author_association,
      // Replies go to the comment that began a thread.
      thread: path === undefined ? undefined : (in_reply_to_id ?? id),
      path,
      line,
      side,
    }),
    sender: toSender(sender),
  };
  return { kind: "event", event };
}
