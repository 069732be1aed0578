import type { Octokit } from "@octokit/core";
import { everyPage } from "./every-page.ts";
import type { Report } from "./page.ts";

/** A repository in GitHub's words. */
interface Repo {
  readonly owner: string;
  readonly repo: string;
}

/** Shows how a task stands on its commit. */
export type ShowState = (octokit: Octokit, repo: Repo, report: Report) => Promise<void>;

/** How many annotations GitHub takes in one request; it adds them to those that are there. */
const annotationsAtOnce = 50;

const conclusions = {
  clean: "success",
  found: "neutral",
  blocked: "failure",
  failed: "failure",
  cancelled: "cancelled",
} as const;

/**
 * Shows it as a check run, which only an App may make: one for each task, known by the task's id.
 * `name` is what branch protection knows it by.
 */
export function asCheckRun(name: string): ShowState {
  return async (octokit, repo, report) => {
    const { headSha, taskId, state, title, summary, annotations } = report;
    const known = await everyPage(async (page) => {
      const path = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs";
      const filter = { check_name: name, filter: "all", ref: headSha } as const;
      return (await octokit.request(path, { ...repo, ...filter, ...page })).data.check_runs;
    });
    const ours = known.find(({ external_id }) => external_id === taskId);
    const output = { title, summary };
    if (state === "running") {
      if (ours !== undefined) return;
      const run = { name, head_sha: headSha, external_id: taskId, status: "in_progress" } as const;
      await octokit.request("POST /repos/{owner}/{repo}/check-runs", { ...repo, ...run, output });
      return;
    }
    const end = { status: "completed", conclusion: conclusions[state] } as const;
    if (ours === undefined && annotations.length <= annotationsAtOnce) {
      await octokit.request("POST /repos/{owner}/{repo}/check-runs", {
        ...repo,
        ...end,
        name,
        head_sha: headSha,
        external_id: taskId,
        output: { ...output, annotations: annotations.map(toAnnotation) },
      });
      return;
    }
    const id =
      ours === undefined ? await createRunning(octokit, repo, report, name) : Number(ours.id);
    // What an earlier try has added is there: annotations are never taken back.
    const done = ours?.output.annotations_count ?? 0;
    const rest = annotations.slice(done).map(toAnnotation);
    const batches = Math.max(1, Math.ceil(rest.length / annotationsAtOnce));
    for (let batch = 0; batch < batches; batch += 1) {
      const from = batch * annotationsAtOnce;
      await octokit.request("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", {
        ...repo,
        check_run_id: id,
        // It has ended when all is there.
        ...(batch === batches - 1 && end),
        output: { ...output, annotations: rest.slice(from, from + annotationsAtOnce) },
      });
    }
  };
}

async function createRunning(
  octokit: Octokit,
  repo: Repo,
  { headSha, taskId }: Report,
  name: string,
): Promise<number> {
  const run = { name, head_sha: headSha, external_id: taskId, status: "in_progress" } as const;
  const path = "POST /repos/{owner}/{repo}/check-runs";
  return Number((await octokit.request(path, { ...repo, ...run })).data.id);
}

function toAnnotation({ path, line, level, title, message }: Report["annotations"][number]) {
  return { path, start_line: line, end_line: line, annotation_level: level, title, message };
}

const states = {
  running: "pending",
  clean: "success",
  found: "success",
  blocked: "failure",
  failed: "error",
  cancelled: "error",
} as const;

/** The longest description that GitHub takes. */
const longestDescription = 140;

/** Shows it as a commit status, which every token may make; the last one that is written counts. */
export function asCommitStatus(context: string): ShowState {
  return async (octokit, repo, { headSha, state, title, isOutdated = false }) => {
    if (isOutdated) return;
    await octokit.request("POST /repos/{owner}/{repo}/statuses/{sha}", {
      ...repo,
      sha: headSha,
      state: states[state],
      context,
      description: title.slice(0, longestDescription),
    });
  };
}
