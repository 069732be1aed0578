import * as z from "zod";
import { CicdError } from "#shared/error.ts";
import type { PipelineEvent } from "#shared/task-event.ts";
import { everyPage } from "./every-page.ts";
import { type ForgeAccounts, forgeClients, type OpenClient } from "./forge-client.ts";
import { giteaPageSize } from "./gitea-page.ts";
import { githubLogs } from "./github-logs.ts";
import type { JsonApi } from "./json-api.ts";
import { type LoggedJob, logTail } from "./logged-job.ts";

/** The end of what a job has said. */
interface JobLog {
  readonly job: string;
  readonly text: string;
}

/** The logs of the jobs that failed, and of what there is none, with why. */
interface RawLogs {
  readonly logs: readonly JobLog[];
  readonly missing: readonly string[];
}

/** Reads the logs of a pipeline that failed. */
export type ReadLogs = (event: PipelineEvent, signal: AbortSignal) => Promise<RawLogs>;

/** So many jobs are looked into: one failure often fails many. */
const mostJobs = 3;

/**
 * Reads logs with the account of each forge; `name` as it has for pages. What a forge does not give
 * out is named as missing.
 * @throws CicdError, from what it gives, `forge_unavailable` and `forge_rate_limited`; the signal's
 * reason when it aborts.
 */
export function forgeLogs(accounts: ForgeAccounts, name: string): ReadLogs {
  const openClient = forgeClients(accounts, name);
  return async (event, signal) => {
    const jobs = await unlessRefused(() => failedJobs(openClient, event, signal));
    if (!jobs.ok) return { logs: [], missing: [jobs.why] };
    const logs: JobLog[] = [];
    const missing = jobs.value.slice(mostJobs).map((job) => `${job.name}: not looked into`);
    for (const { name, read } of jobs.value.slice(0, mostJobs)) {
      const text = await unlessRefused(read);
      if (text.ok) logs.push({ job: name, text: text.value });
      else missing.push(`${name}: ${text.why}`);
    }
    return { logs, missing };
  };
}

async function failedJobs(
  openClient: OpenClient,
  event: PipelineEvent,
  signal: AbortSignal,
): Promise<LoggedJob[]> {
  const access = { signal, beforeWrite: async () => {}, purpose: "logs" } as const;
  const client = openClient(event, access);
  if (client === undefined) {
    throw new CicdError("forge_refused", `The runner has no token for ${event.forge}`);
  }
  switch (client.forge) {
    case "github":
      return await githubLogs(event, client);
    case "gitlab":
      return gitlabLogs(event, client.api);
    default:
      return await giteaLogs(event, client.api);
  }
}

/** The event names the jobs. */
function gitlabLogs({ repository, pipeline }: PipelineEvent, api: JsonApi): LoggedJob[] {
  const project = `/projects/${encodeURIComponent(`${repository.owner}/${repository.name}`)}`;
  return (pipeline.jobs ?? []).flatMap(({ id, name }) =>
    id === undefined
      ? []
      : [{ name, read: () => api.text(`${project}/jobs/${id}/trace`, logTail) }],
  );
}

const Jobs = z.object({
  jobs: z.array(z.object({ id: z.int(), name: z.string(), conclusion: z.string().nullish() })),
});

async function giteaLogs(
  { repository: { owner, name: repo }, pipeline: { run_id } }: PipelineEvent,
  api: JsonApi,
): Promise<LoggedJob[]> {
  if (run_id === undefined) return [];
  const actions = `/repos/${owner}/${repo}/actions`;
  const path = `${actions}/runs/${run_id}/jobs`;
  const jobs = await everyPage(async ({ page }) => {
    const query = { page, limit: giteaPageSize };
    return (await api.send(Jobs, "GET", path, { query })).jobs;
  }, giteaPageSize);
  return jobs
    .filter(({ conclusion }) => conclusion === "failure")
    .map(({ id, name }) => ({ name, read: () => api.text(`${actions}/jobs/${id}/logs`, logTail) }));
}

type Given<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

/** What may pass is tried again with the whole task; what a forge refuses stays refused. */
async function unlessRefused<T>(ask: () => Promise<T>): Promise<Given<T>> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    const refusals = ["forge_refused", "forge_rejected"];
    if (!(error instanceof CicdError && refusals.includes(error.code))) throw error;
    return { ok: false, why: error.message };
  }
}
