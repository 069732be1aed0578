import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/core";
import type { PullRequestEvent } from "#shared/event.ts";
import type { ForgeFetch } from "./forge-fetch.ts";
import type { GitHubAccount } from "./github-page.ts";
import { asCheckRun, asCommitStatus } from "./github-state.ts";

/** How the runner proves itself to GitHub. */
export type GitHubCredential =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "app"; readonly appId: string; readonly privateKey: string };

/** Where GitHub's API is and what our state is called there. */
export interface GitHubSettings {
  readonly apiUrl: string;
  readonly credential: GitHubCredential;
  /** The name of the check run or the context of the commit status. */
  readonly name: string;
  readonly purpose: keyof typeof permissions;
}

/** What a token of an App may do, in the one repository that it is for. */
const permissions = {
  pages: { checks: "write", pull_requests: "write", contents: "read" },
  logs: { actions: "read" },
} as const;

/** Signs in for one repository. */
export async function gitHubAccount(
  { apiUrl: baseUrl, credential, name, purpose }: GitHubSettings,
  { owner, name: repo }: PullRequestEvent["repository"],
  fetch: ForgeFetch,
): Promise<GitHubAccount> {
  const open = (auth?: string) => openOctokit(baseUrl, fetch, auth);
  if (credential.kind === "token") {
    const octokit = open(credential.token);
    const { login } = (await octokit.request("GET /user")).data;
    return { octokit, login, showState: asCommitStatus(name) };
  }
  const { appId, privateKey } = credential;
  const sign = createAppAuth({ appId, privateKey, request: open().request });
  const app = open((await sign({ type: "app" })).token);
  const slug = (await app.request("GET /app")).data?.slug ?? "";
  const path = "GET /repos/{owner}/{repo}/installation";
  const installationId = (await app.request(path, { owner, repo })).data.id;
  const repositoryNames = [repo];
  const granted = { type: "installation", installationId, repositoryNames } as const;
  const { token, expiresAt } = await sign({
    ...granted,
    repositoryNames,
    permissions: permissions[purpose],
  });
  const endsAt = Date.parse(expiresAt);
  return { octokit: open(token), login: `${slug}[bot]`, showState: asCheckRun(name), endsAt };
}

function openOctokit(baseUrl: string, fetch: ForgeFetch, auth?: string): Octokit {
  const octokit = new Octokit({
    baseUrl,
    userAgent: "cicd-runner",
    request: { fetch },
    ...(auth !== undefined && { auth }),
  });
  // Octokit wraps what our own fetch throws.
  octokit.hook.error("request", (error) => {
    throw error.cause ?? error;
  });
  return octokit;
}
