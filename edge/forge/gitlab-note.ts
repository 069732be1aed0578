import * as z from "zod";
import type { CommentEvent } from "#shared/task-event.ts";
import type { Normalized } from "./forge.ts";
import { defined } from "./github-like.ts";
import { GitLabMergeRequest, toPullRequest } from "./gitlab-merge-request.ts";
import { GitLabProject, GitLabUser, toGitLabRepository, toGitLabSender } from "./gitlab-project.ts";
import { parseFields } from "./parse-fields.ts";
import { cut, Id, Line, Page, Path } from "./told.ts";

const Kind = z.object({
  object_attributes: z.object({
    noteable_type: z.string().max(64).nullish(),
    action: z.string().max(64).nullish(),
    /** Written by GitLab itself: "changed the description". */
    system: z.boolean().nullish(),
    /** For some eyes alone; an answer would be for all. */
    internal: z.boolean().nullish(),
  }),
});

const Payload = z.object({
  user: GitLabUser,
  project: GitLabProject,
  object_attributes: z.object({
    id: Id,
    url: Page,
    note: z.string(),
    discussion_id: Id,
    created_at: z.string().nullish(),
    updated_at: z.string().nullish(),
    position: z
      .object({ new_path: Path, old_path: Path, new_line: Line, old_line: Line })
      .nullish()
      .catch(undefined),
  }),
  /** Older versions leave its page out; that of the note is on it. */
  merge_request: GitLabMergeRequest.extend({ url: Page }),
});

const OnPage = z.object({ merge_request: GitLabMergeRequest.pick({ url: true }) });

/**
 * A `note` payload about a merge request in forge-neutral form.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizeNote(payload: unknown): Normalized {
  const { noteable_type, action, system, internal } = parseFields(Kind, payload).object_attributes;
  if (noteable_type !== "MergeRequest") {
    return { kind: "ignored", reason: `the comment is on ${noteable_type ?? "nothing"}` };
  }
  if (system === true) return { kind: "ignored", reason: "the comment is GitLab's own" };
  if (internal === true) return { kind: "ignored", reason: "the comment is internal" };
  const told = parseFields(Payload, payload);
  const { user, project, object_attributes: note } = told;
  const page = told.merge_request.url ?? note.url?.split("#")[0];
  const { url } = parseFields(OnPage, { merge_request: { url: page } }).merge_request;
  const merge_request = { ...told.merge_request, url };
  if (!merge_request.last_commit) {
    return { kind: "ignored", reason: "the merge request has no commits" };
  }
  const sender = toGitLabSender(user);
  const event: CommentEvent = {
    type: "comment",
    forge: "gitlab",
    action: isEdited(action, note) ? "edited" : "created",
    repository: toGitLabRepository(project, merge_request.url),
    pull_request: toPullRequest(merge_request, merge_request.last_commit.id, [user]),
    comment: defined({
      id: note.id,
      url: note.url,
      body: cut(note.note, 65_536),
      author: sender.login,
      thread: note.discussion_id,
      ...placeOf(note.position),
    }),
    sender,
  };
  return { kind: "event", event };
}

/** Older versions send no action: a comment that was changed has another time then. */
function isEdited(
  action: string | null | undefined,
  { created_at, updated_at }: z.infer<typeof Payload>["object_attributes"],
): boolean {
  return action ? action !== "create" : created_at !== updated_at;
}

function placeOf(
  position: z.infer<typeof Payload>["object_attributes"]["position"],
): Pick<CommentEvent["comment"], "path" | "line" | "side"> {
  const { new_path, old_path, new_line, old_line } = position ?? {};
  if (new_path === undefined) return {};
  return new_line === undefined && old_line !== undefined
    ? { path: old_path ?? new_path, line: old_line, side: "LEFT" }
    : { path: new_path, line: new_line, side: "RIGHT" };
}
