import * as z from "zod";
import { PullRequest, Sha } from "#shared/event.ts";
import type { PipelineEvent } from "#shared/task-event.ts";
import type { Normalized } from "./forge.ts";
import { defined } from "./github-like.ts";
import { GitLabProject, GitLabUser, toGitLabRepository, toGitLabSender } from "./gitlab-project.ts";
import { parseFields } from "./parse-fields.ts";
import { cut, Page, RunId, State } from "./told.ts";

const { number, url, title, head } = PullRequest.shape;

const Kind = z.object({
  object_attributes: z.object({ status: z.string().max(64).nullish() }),
  merge_request: z.unknown().optional(),
});

const Job = z.object({
  id: RunId,
  name: z.string(),
  stage: z.string().nullish(),
  status: z.string(),
  failure_reason: z.string().nullish(),
  allow_failure: z.boolean().nullish(),
});

const Payload = z.object({
  user: GitLabUser,
  project: GitLabProject,
  object_attributes: z.object({ name: z.string().nullish(), sha: Sha, url: Page }),
  merge_request: z.object({
    iid: number,
    url,
    title,
    state: State,
    source_branch: head.shape.ref,
    target_branch: head.shape.ref,
    source_project_id: z.int().nullish(),
    target_project_id: z.int(),
  }),
  builds: z.array(Job).optional().catch(undefined),
});

/**
 * A `pipeline` payload in forge-neutral form, when it failed for a merge request.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizePipeline(payload: unknown): Normalized {
  const { object_attributes, merge_request: about } = parseFields(Kind, payload);
  const status = object_attributes.status ?? "none";
  if (status !== "failed") return { kind: "ignored", reason: `the pipeline's status is ${status}` };
  if (!about) return { kind: "ignored", reason: "the pipeline ran for no merge request" };
  const told = parseFields(Payload, payload);
  const { user, project, object_attributes: pipeline, merge_request: request, builds } = told;
  const event: PipelineEvent = {
    type: "pipeline",
    forge: "gitlab",
    action: "failed",
    repository: toGitLabRepository(project, request.url),
    pull_request: defined({
      number: request.iid,
      url: request.url,
      title: request.title,
      state: request.state,
      // What ran may be a merge of both sides, so that its commit is not the head.
      head: { ref: request.source_branch },
      base: { ref: request.target_branch },
      fork: request.source_project_id !== request.target_project_id,
    }),
    pipeline: defined({
      name: cut(pipeline.name ?? "", 256),
      url: pipeline.url,
      head_sha: pipeline.sha,
      jobs: builds?.filter(isAtFault).slice(0, 50).map(toJob),
    }),
    sender: toGitLabSender(user),
  };
  return { kind: "event", event };
}

function isAtFault({ status, allow_failure }: z.infer<typeof Job>): boolean {
  return status === "failed" && allow_failure !== true;
}

function toJob({ id, name, stage, failure_reason }: z.infer<typeof Job>) {
  return {
    ...(id !== undefined && { id }),
    name: cut(name, 256),
    ...(stage && { stage: cut(stage, 256) }),
    ...(failure_reason && { reason: cut(failure_reason, 256) }),
  };
}
