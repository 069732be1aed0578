import type { Forge } from "#shared/event.ts";
import { commits } from "./changes.ts";
import { giteaPayload } from "./gitea-payload.ts";
import { giteePayload } from "./gitee-payload.ts";
import { githubPayload } from "./github-payload.ts";
import { gitlabPayload } from "./gitlab-payload.ts";

/** A comment under pull request 7, with the name of its event. */
export interface CommentDelivery {
  readonly event: string;
  readonly payload: object;
}

/** What of it a test may choose. */
export interface CommentChanges {
  readonly edited?: boolean;
  /** On what a comment is, which is no pull request. */
  readonly onIssue?: boolean;
  readonly association?: string;
}

const page = "https://example.com/acme/shop/7";

/** A comment of mona as each forge tells it, with the fields that we read. */
export const commentPayloads: Readonly<
  Record<Forge, (body: string, changes?: CommentChanges) => CommentDelivery>
> = {
  github: (body, { edited = false, onIssue = false, association = "MEMBER" } = {}) => {
    const { repository, pull_request, sender } = githubPayload();
    const { head, base, ...issue } = pull_request;
    const about = { ...issue, state: "open", ...(!onIssue && { pull_request: { url: page } }) };
    const comment = {
      id: 31,
      html_url: `${issue.html_url}#issuecomment-31`,
      body,
      user: { login: "mona" },
      author_association: association,
    };
    const action = edited ? "edited" : "created";
    return {
      event: "issue_comment",
      payload: { action, issue: about, comment, repository, sender },
    };
  },
  gitlab: (body, { edited = false, onIssue = false } = {}) => {
    const { user, project, object_attributes } = gitlabPayload();
    const note = {
      id: 31,
      note: body,
      noteable_type: onIssue ? "Issue" : "MergeRequest",
      action: edited ? "update" : "create",
      discussion_id: "d15c",
      url: `${object_attributes.url}#note_31`,
    };
    const merge_request = { ...object_attributes, state: "opened" };
    const payload = { object_kind: "note", user, project, object_attributes: note, merge_request };
    return { event: "Note Hook", payload };
  },
  gitee: (body, { edited = false, onIssue = false } = {}) => {
    const { repository, pull_request, sender } = giteePayload();
    const comment = { id: 31, html_url: `${page}#note_31`, body, user: { login: "mona" } };
    const payload = {
      action: edited ? "edited" : "comment",
      noteable_type: onIssue ? "Issue" : "PullRequest",
      comment,
      repository,
      pull_request: { ...pull_request, state: "open" },
      sender,
    };
    return { event: "Note Hook", payload };
  },
  gitea: (body, { edited = false, onIssue = false } = {}) => {
    const { repository, pull_request, sender } = giteaPayload();
    const { head, base, ...issue } = pull_request;
    const comment = { id: 31, html_url: `${page}#issuecomment-31`, body, user: { login: "mona" } };
    const payload = {
      action: edited ? "edited" : "created",
      is_pull: !onIssue,
      issue: { ...issue, state: "open", ...(!onIssue && { pull_request: { merged: false } }) },
      comment,
      repository,
      sender,
    };
    return { event: "issue_comment", payload };
  },
};

/** A pipeline that ended for pull request 7, as the forges tell it that tell it. */
export const pipelinePayloads: Readonly<
  Partial<Record<Forge, (isFailed: boolean) => CommentDelivery>>
> = {
  github: (isFailed) => {
    const { repository, pull_request, sender } = githubPayload();
    const { number, head, base } = pull_request;
    const run = {
      id: 9,
      name: "CI",
      conclusion: isFailed ? "failure" : "success",
      head_sha: commits.head,
      html_url: `${page}/runs/9`,
      pull_requests: [{ number, head, base }],
    };
    const web = { ...repository, html_url: "https://github.com/acme/shop" };
    const payload = { action: "completed", workflow_run: run, repository: web, sender };
    return { event: "workflow_run", payload };
  },
  gitlab: (isFailed) => {
    const { user, project, object_attributes: request } = gitlabPayload();
    const status = isFailed ? "failed" : "success";
    const object_attributes = { name: "CI", status, sha: commits.head };
    const builds = [
      { id: 11, name: "unit", stage: "test", status, failure_reason: "script_failure" },
      { name: "lint", stage: "test", status, allow_failure: true },
    ];
    const merge_request = { ...request, state: "opened" };
    const rest = { user, project, object_attributes, merge_request, builds };
    return { event: "Pipeline Hook", payload: { object_kind: "pipeline", ...rest } };
  },
  gitea: (isFailed) => {
    const { repository, pull_request, sender } = giteaPayload();
    const conclusion = isFailed ? "failure" : "success";
    const workflow_run = { id: 9, conclusion, head_sha: commits.head };
    const rest = { workflow: { name: "CI" }, workflow_run, repository, pull_request, sender };
    return { event: "workflow_run", payload: { action: "completed", ...rest } };
  },
};
