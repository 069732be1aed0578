import { CicdError } from "#shared/error.ts";
import type { RunnerConfig } from "./config.ts";
import type { ForgeAccount, ForgeAccounts } from "./forge/forge-client.ts";
import type { GitHubCredential } from "./forge/github-account.ts";

/**
 * The accounts that results are published with: none of a forge that has no token.
 * @throws CicdError `config_invalid` when a GitHub App is half configured.
 */
export function forgeAccounts(config: RunnerConfig): ForgeAccounts {
  const { github, gitlab, gitee, gitea, gitlab_token, gitee_token, gitea_token } = config;
  const gitHub = account(github, gitHubCredential(config), gitHubApi);
  const gitLab = account(gitlab, gitlab_token, (host) => `https://${host}/api/v4`);
  const ofGitee = account(gitee, gitee_token, (host) => `https://${host}/api/v5`);
  const ofGitea = account(gitea, gitea_token, (host) => `https://${host}/api/v1`);
  return {
    ...(gitHub && { github: gitHub }),
    ...(gitLab && { gitlab: gitLab }),
    ...(ofGitee && { gitee: ofGitee }),
    ...(ofGitea && { gitea: ofGitea }),
  };
}

function account<C>(
  { host, api_url }: { host?: string | undefined; api_url?: string | undefined },
  credential: C | undefined,
  apiOf: (host: string) => string,
): ForgeAccount<C> | undefined {
  if (credential === undefined || host === undefined) return undefined;
  // As the URLs of events have it: in lower case, and without a port that goes without saying.
  const { host: known } = new URL(`https://${host}`);
  return { host: known, apiUrl: api_url ?? apiOf(known), credential };
}

/** An App rather than a token: it may make check runs. */
function gitHubCredential(config: RunnerConfig): GitHubCredential | undefined {
  const { app_id: appId, private_key } = config.github;
  const { github_token: token } = config;
  if (appId === undefined && private_key === undefined) {
    return token === undefined ? undefined : { kind: "token", token };
  }
  if (appId === undefined || private_key === undefined) {
    const missing = appId === undefined ? "app_id" : "private_key";
    throw new CicdError("config_invalid", `Cannot use GitHub App: github.${missing} is not set`, {
      hint: "Set APP_ID, and PRIVATE_KEY to what is in the file that GitHub gave out for it",
    });
  }
  // A variable often holds it on one line.
  return { kind: "app", appId, privateKey: private_key.replaceAll("\\n", "\n") };
}

function gitHubApi(host: string): string {
  return host === "github.com" ? "https://api.github.com" : `https://${host}/api/v3`;
}
