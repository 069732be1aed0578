import * as z from "zod";
import { type Forge, PullRequest } from "#shared/event.ts";
import type { CheckEvent, PipelineEvent, PullRequestTold } from "#shared/task-event.ts";
import type { Normalized } from "./forge.ts";
import { defined, GitHubRepository, GitHubSender, toRepository } from "./github-like.ts";
import { toSender } from "./github-pull-request.ts";
import { parseFields } from "./parse-fields.ts";
import { cut, Page, RunId } from "./told.ts";

const { number, head, url } = PullRequest.shape;

const Action = z.object({ action: z.string().max(64) });
const Repository = GitHubRepository.extend({ html_url: url });

const Side = head.extend({ repo: z.object({ id: z.int() }).nullish() });
/** Pull requests whose head it ran on; those from forks are not told. */
const Requests = z.array(z.object({ number, head: Side, base: Side })).max(1000);

const { sha } = head.shape;
const shared = { repository: Repository, sender: GitHubSender };

const CheckRun = z.object({
  ...shared,
  check_run: z.object({
    name: z.string(),
    head_sha: sha,
    pull_requests: Requests,
    check_suite: z.object({ pull_requests: Requests }).nullish(),
  }),
});
const CheckSuite = z.object({
  ...shared,
  check_suite: z.object({ head_sha: sha, pull_requests: Requests }),
});
const WorkflowRun = z.object({
  ...shared,
  workflow_run: z.object({
    id: RunId,
    name: z.string().nullish(),
    conclusion: z.string().nullish(),
    head_sha: sha,
    html_url: Page,
    pull_requests: Requests,
  }),
});

/**
 * A `check_run` or `check_suite` payload in forge-neutral form, when somebody asks for it again.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizeCheck(event: "check_run" | "check_suite", payload: unknown): Normalized {
  const { action } = parseFields(Action, payload);
  if (action !== "rerequested") {
    return { kind: "ignored", reason: `${event} action ${action} is not handled` };
  }
  const told = event === "check_run" ? toldByRun(payload) : toldBySuite(payload);
  const { repository, sender, requests, check } = told;
  const pull_request = pullRequestOf(requests, repository);
  if (pull_request === undefined) return noPullRequest;
  const made: CheckEvent = {
    type: "check",
    forge: "github",
    action,
    repository: toRepository(repository, repository.html_url),
    pull_request,
    check,
    sender: toSender(sender),
  };
  return { kind: "event", event: made };
}

/**
 * A `workflow_run` payload in forge-neutral form, when the run has failed.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizeWorkflowRun(forge: Forge, payload: unknown): Normalized {
  const { action } = parseFields(Action, payload);
  if (action !== "completed") {
    return { kind: "ignored", reason: `workflow_run action ${action} is not handled` };
  }
  const { repository, sender, workflow_run: run } = parseFields(WorkflowRun, payload);
  if (run.conclusion !== "failure" && run.conclusion !== "timed_out") {
    return {
      kind: "ignored",
      reason: `the workflow run ended with ${run.conclusion ?? "nothing"}`,
    };
  }
  const pull_request = pullRequestOf(run.pull_requests, repository);
  if (pull_request === undefined) return noPullRequest;
  const event: PipelineEvent = {
    type: "pipeline",
    forge,
    action: "failed",
    repository: toRepository(repository, repository.html_url),
    pull_request,
    pipeline: defined({
      name: cut(run.name ?? "", 256),
      url: run.html_url,
      head_sha: run.head_sha,
      run_id: run.id,
    }),
    sender: toSender(sender),
  };
  return { kind: "event", event };
}

const noPullRequest: Normalized = {
  kind: "ignored",
  reason: "it ran for no pull request that GitHub names; it names none of a fork",
};

function toldByRun(payload: unknown) {
  const { check_run, ...rest } = parseFields(CheckRun, payload);
  const { name, head_sha, pull_requests, check_suite } = check_run;
  // Some versions name them at the suite alone.
  const requests = [...pull_requests, ...(check_suite?.pull_requests ?? [])];
  return { ...rest, requests, check: { name: cut(name, 256), head_sha } };
}

function toldBySuite(payload: unknown) {
  const { check_suite, ...rest } = parseFields(CheckSuite, payload);
  const { head_sha, pull_requests: requests } = check_suite;
  return { ...rest, requests, check: { head_sha } };
}

/** A delivery makes one task: that of the first pull request into this repository. */
function pullRequestOf(
  requests: z.infer<typeof Requests>,
  { id, html_url }: z.infer<typeof Repository>,
): PullRequestTold | undefined {
  const found = requests.find(({ base }) => base.repo?.id === id);
  if (found === undefined) return undefined;
  const { number, head, base } = found;
  return {
    number,
    url: `${html_url}/pull/${number}`,
    head: { sha: head.sha, ref: head.ref },
    base: { sha: base.sha, ref: base.ref },
    fork: head.repo?.id !== id,
  };
}
