import * as z from "zod";
import { PullRequest } from "#shared/event.ts";
import { type ForgeAccounts, type ForgeClient, forgeClients } from "./forge-client.ts";
import type { PageOf } from "./page.ts";

/** Which pull request is asked about. */
interface AskedPullRequest extends Pick<PageOf, "forge" | "repository"> {
  readonly number: number;
}

/** What a forge tells of a pull request. */
export interface ToldPullRequest {
  readonly title: string;
  /** Markdown of the author, `""` when there is none. Untrusted text. */
  readonly body: string;
  /** The branch that it goes into. */
  readonly base: string;
}

/**
 * Asks a forge about a pull request; undefined where there is no account to ask with.
 * @throws CicdError `forge_unavailable`, `forge_rate_limited`, `forge_refused`, `forge_rejected`; the
 * signal's reason when it aborts.
 */
export type TellPullRequest = (
  asked: AskedPullRequest,
  signal: AbortSignal,
) => Promise<ToldPullRequest | undefined>;

/** Asks with the account of each forge; `name` as it has for pages. */
export function forgePullRequests(accounts: ForgeAccounts, name: string): TellPullRequest {
  const openClient = forgeClients(accounts, name);
  return async (asked, signal) => {
    const client = openClient(asked, { signal, beforeWrite: async () => {} });
    return client === undefined ? undefined : await told(client, asked);
  };
}

const { title, body, base } = PullRequest.shape;
const { ref } = base.shape;

const MergeRequest = z.object({ title, description: body.nullish(), target_branch: ref });
const Pull = z.object({ title, body: body.nullish(), base: z.object({ ref }) });

async function told(
  client: ForgeClient,
  { repository: { owner, name }, number }: AskedPullRequest,
): Promise<ToldPullRequest> {
  switch (client.forge) {
    case "github": {
      const { octokit } = await client.account();
      const path = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
      const { data } = await octokit.request(path, { owner, repo: name, pull_number: number });
      return ofPull(data);
    }
    case "gitlab": {
      const path = `/projects/${encodeURIComponent(`${owner}/${name}`)}/merge_requests/${number}`;
      const request = await client.api.send(MergeRequest, "GET", path);
      const { description, target_branch } = request;
      return { title: request.title, body: description ?? "", base: target_branch };
    }
    case "gitee":
    case "gitea":
      return ofPull(await client.api.send(Pull, "GET", `/repos/${owner}/${name}/pulls/${number}`));
  }
}

function ofPull(pull: z.output<typeof Pull>): ToldPullRequest {
  return { title: pull.title, body: pull.body ?? "", base: pull.base.ref };
}
