import { CicdError } from "#shared/error.ts";
import type { PipelineEvent } from "#shared/task-event.ts";
import { everyPage } from "./every-page.ts";
import type { ForgeClient } from "./forge-client.ts";
import { type LoggedJob, logTail } from "./logged-job.ts";

/**
 * The jobs of a workflow run that failed. GitHub gives the address of a log and keeps it elsewhere:
 * it is fetched from there without the token.
 */
export async function githubLogs(
  { repository, pipeline: { run_id } }: PipelineEvent,
  { account, open, apiUrl }: Extract<ForgeClient, { forge: "github" }>,
): Promise<LoggedJob[]> {
  if (run_id === undefined) return [];
  const { octokit } = await account();
  const repo = { owner: repository.owner, repo: repository.name };
  const path = "GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs";
  const run = { ...repo, run_id: Number(run_id), filter: "latest" } as const;
  const jobs = await everyPage(
    async (page) => (await octokit.request(path, { ...run, ...page })).data.jobs,
  );
  const failed = jobs.filter(
    ({ conclusion }) => conclusion === "failure" || conclusion === "timed_out",
  );
  return failed.map(({ id, name }) => ({
    name,
    read: async () => {
      const { headers } = await octokit.request(
        "GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs",
        { ...repo, job_id: id, request: { redirect: "manual" } },
      );
      const address = addressOf(headers.location, apiUrl);
      return await (await open(address, { tail: logTail })).text();
    },
  }));
}

/** Where GitHub says that a log is; no less safe than the API itself. */
function addressOf(location: string | undefined, apiUrl: string): string {
  const url = URL.parse(location ?? "", apiUrl);
  const { protocol } = new URL(apiUrl);
  if (url !== null && (url.protocol === "https:" || url.protocol === protocol)) return url.href;
  throw new CicdError("forge_rejected", "GitHub does not say where the log is");
}
