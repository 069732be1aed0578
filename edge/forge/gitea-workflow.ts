import * as z from "zod";
import { Sha } from "#shared/event.ts";
import type { PipelineEvent } from "#shared/task-event.ts";
import type { Normalized } from "./forge.ts";
import { GiteaPullRequest, isDraft, toGiteaSender } from "./gitea-pull-request.ts";
import {
  defined,
  GitHubRepository,
  GitHubSender,
  toPullRequest,
  toRepository,
} from "./github-like.ts";
import { parseFields } from "./parse-fields.ts";
import { cut, Page, RunId } from "./told.ts";

const Run = z.object({
  action: z.string().max(64),
  workflow_run: z.object({ conclusion: z.string().nullish() }).optional(),
  pull_request: z.unknown().optional(),
});

const Payload = z.object({
  repository: GitHubRepository,
  sender: GitHubSender,
  workflow: z.object({ name: z.string().nullish() }).nullish(),
  workflow_run: z.object({ id: RunId, head_sha: Sha, html_url: Page }),
  pull_request: GiteaPullRequest,
});

/**
 * A `workflow_run` payload in forge-neutral form, when the run has failed.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizeGiteaWorkflow(payload: unknown): Normalized {
  const { action, workflow_run, pull_request: about } = parseFields(Run, payload);
  if (action !== "completed") {
    return { kind: "ignored", reason: `workflow_run action ${action} is not handled` };
  }
  const conclusion = workflow_run?.conclusion ?? "nothing";
  if (conclusion !== "failure") {
    return { kind: "ignored", reason: `the workflow run ended with ${conclusion}` };
  }
  if (!about) return { kind: "ignored", reason: "the workflow ran for no pull request" };
  const told = parseFields(Payload, payload);
  const { repository, pull_request, sender, workflow, workflow_run: run } = told;
  const event: PipelineEvent = {
    type: "pipeline",
    forge: "gitea",
    action: "failed",
    repository: toRepository(repository, pull_request.html_url),
    pull_request: toPullRequest(pull_request, repository.id, { draft: isDraft(pull_request) }),
    pipeline: defined({
      name: cut(workflow?.name ?? "", 256),
      url: run.html_url,
      head_sha: run.head_sha,
      run_id: run.id,
    }),
    sender: toGiteaSender(sender),
  };
  return { kind: "event", event };
}
