import * as z from "zod";
import { PullRequest, type PullRequestAction, type PullRequestEvent, Sha } from "#shared/event.ts";
import { isDraftTitle } from "./draft-title.ts";
import type { Normalized } from "./forge.ts";
import { defined } from "./github-like.ts";
import { GitLabProject, GitLabUser, toGitLabRepository, toGitLabSender } from "./gitlab-project.ts";
import { parseFields } from "./parse-fields.ts";
import { Labels, State, Time } from "./told.ts";

const { number, url, title, body, head } = PullRequest.shape;
const { ref } = head.shape;

const Change = z
  .object({ previous: z.unknown().optional(), current: z.unknown().optional() })
  .nullish();
const Title = z.string().nullish().catch(undefined);

const Action = z.object({
  object_attributes: z.object({
    action: z.string().max(64).optional(),
    /** What the source branch was at before a push; only a push has it. */
    oldrev: z.string().nullish(),
  }),
  changes: z
    .object({
      draft: Change,
      title: z.object({ previous: Title, current: Title }).nullish(),
      description: Change,
      target_branch: Change,
      labels: Change,
      reviewers: Change,
    })
    .nullish(),
});
type Changes = z.infer<typeof Action>["changes"];

/** The fields of a merge request that we read, wherever a payload has one. */
export const GitLabMergeRequest = z.object({
  iid: number,
  url,
  title,
  description: body.nullish(),
  author_id: z.int().nullish(),
  /** The older name, `work_in_progress`, is there as well. */
  draft: z.boolean().nullish(),
  work_in_progress: z.boolean().nullish(),
  state: State,
  labels: Labels,
  source_branch: ref,
  target_branch: ref,
  /** Null when the fork is gone. */
  source_project_id: z.int().nullish(),
  target_project_id: z.int(),
  /** Null when the source branch has nothing that the target branch has not. */
  last_commit: z.object({ id: Sha }).nullish(),
  created_at: Time,
  updated_at: Time,
});

const Payload = z.object({
  user: GitLabUser,
  project: GitLabProject,
  object_attributes: GitLabMergeRequest,
  assignees: z.array(GitLabUser).optional(),
  reviewers: z.array(GitLabUser).optional(),
});

/**
 * A payload about a merge request in forge-neutral form.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizeMergeRequest(payload: unknown): Normalized {
  const fields = parseFields(Action, payload);
  const action = actionOf(fields);
  if (action === undefined) {
    const name = fields.object_attributes.action ?? "none";
    return { kind: "ignored", reason: `merge_request action ${name} is not handled` };
  }
  const { user, project, object_attributes: request, ...others } = parseFields(Payload, payload);
  if (!request.last_commit) {
    return { kind: "ignored", reason: "the merge request has no commits" };
  }
  const { assignees = [], reviewers = [] } = others;
  const event: PullRequestEvent = {
    type: "pull_request",
    forge: "gitlab",
    action,
    repository: toGitLabRepository(project, request.url),
    pull_request: toPullRequest(request, request.last_commit.id, [
      user,
      ...assignees,
      ...reviewers,
    ]),
    sender: toGitLabSender(user),
  };
  return { kind: "event", event };
}

/** A merge request in forge-neutral form. `people` are those whose names the payload has. */
export function toPullRequest(
  request: z.infer<typeof GitLabMergeRequest>,
  sha: string,
  people: readonly z.infer<typeof GitLabUser>[],
): PullRequest {
  const { iid, url, title, description, author_id, draft, work_in_progress } = request;
  const { state, labels, created_at, updated_at } = request;
  // GitLab gives the author's number alone.
  const author = people.find(({ id }) => id !== undefined && id === author_id);
  return defined({
    number: iid,
    url,
    title,
    body: description ?? "",
    author: author?.username ?? "",
    draft: draft ?? work_in_progress ?? false,
    state,
    labels,
    head: { sha, ref: request.source_branch },
    base: { ref: request.target_branch },
    fork: request.source_project_id !== request.target_project_id,
    created_at,
    updated_at,
  });
}

function actionOf({
  object_attributes,
  changes,
}: z.infer<typeof Action>): PullRequestAction | undefined {
  const { action, oldrev } = object_attributes;
  switch (action) {
    case "open":
      return "opened";
    case "reopen":
      return "reopened";
    case "close":
    case "merge":
      return "closed";
    case "update":
      return typeof oldrev === "string" ? "synchronize" : updateOf(changes);
    default:
      return undefined;
  }
}

/** What of it was updated; the first counts. */
function updateOf(changes: Changes): PullRequestAction | undefined {
  const draft = draftOf(changes);
  if (draft !== undefined) return draft;
  if (changes?.labels) return labelsOf(changes.labels);
  if (changes?.reviewers) return "review_requested";
  const isEdited = changes?.title || changes?.description || changes?.target_branch;
  return isEdited ? "edited" : undefined;
}

function draftOf(changes: Changes): PullRequestAction | undefined {
  // Older versions tell of a draft by its title alone.
  const { previous, current } = changes?.title ?? {};
  const before = changes?.draft ? changes.draft.previous === true : isDraftTitle(previous ?? "");
  const after = changes?.draft ? changes.draft.current === true : isDraftTitle(current ?? "");
  if (before === after) return undefined;
  return before ? "ready_for_review" : "converted_to_draft";
}

/** A label came, unless there are only fewer than before. */
function labelsOf({ previous, current }: NonNullable<z.infer<typeof Change>>): PullRequestAction {
  const before = new Set(Labels.parse(previous));
  const after = Labels.parse(current) ?? [];
  return after.some((label) => !before.has(label)) ? "labeled" : "unlabeled";
}
