import * as z from "zod";
import type { CommentEvent } from "#shared/task-event.ts";
import type { Normalized } from "./forge.ts";
import { GiteeRepository, isGiteeDraft, toGiteeRepository } from "./gitee-pull-request.ts";
import {
  defined,
  GitHubIssue,
  GitHubPullRequest,
  GitHubSender,
  toPullRequest,
} from "./github-like.ts";
import { toSender } from "./github-pull-request.ts";
import { parseFields } from "./parse-fields.ts";
import { cut, Id, Line, Page, Path } from "./told.ts";

const Kind = z.object({
  action: z.string().max(64),
  noteable_type: z.string().max(64).nullish(),
});

const Payload = z.object({
  comment: z.object({
    id: Id,
    html_url: Page,
    body: z.string(),
    user: GitHubIssue.shape.user,
    in_reply_to_id: Id,
    path: Path,
    new_line: Line,
  }),
  repository: GiteeRepository,
  pull_request: GitHubPullRequest,
  sender: GitHubSender,
});

/**
 * A `Note Hook` payload about a pull request in forge-neutral form.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizeGiteeComment(payload: unknown): Normalized {
  const { action, noteable_type } = parseFields(Kind, payload);
  if (noteable_type !== "PullRequest") {
    return { kind: "ignored", reason: `the comment is on ${noteable_type ?? "nothing"}` };
  }
  if (action !== "comment" && action !== "edited") {
    return { kind: "ignored", reason: `comment action ${action} is not handled` };
  }
  const { comment, repository, pull_request, sender } = parseFields(Payload, payload);
  const { id, html_url, body, user, in_reply_to_id, path, new_line } = comment;
  const event: CommentEvent = {
    type: "comment",
    forge: "gitee",
    action: action === "comment" ? "created" : "edited",
    repository: toGiteeRepository(repository, pull_request.html_url),
    pull_request: toPullRequest(pull_request, repository.id, { draft: isGiteeDraft(pull_request) }),
    comment: defined({
      id,
      url: html_url,
      body: cut(body, 65_536),
      author: user?.login ?? "",
      thread: in_reply_to_id ?? id,
      path,
      line: new_line,
    }),
    sender: toSender(sender),
  };
  return { kind: "event", event };
}
