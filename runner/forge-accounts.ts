import { readFileSync } from "node:fs";
import { CicdError } from "#shared/error.ts";
import type { RunnerConfig } from "./config.ts";
import type { ForgeAccount, ForgeAccounts } from "./forge/forge-pages.ts";
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
  return { host, apiUrl: (api_url ?? apiOf(host)).replace(/\/+$/, ""), credential };
}

/** An App rather than a token: it may make check runs. */
function gitHubCredential(config: RunnerConfig): GitHubCredential | undefined {
  const { github_token: token, github_app: app } = config;
  const { id: appId, private_key_path } = app;
  const key = app.private_key ?? (private_key_path && readKey(private_key_path));
  if (appId === undefined && key === undefined) {
    return token === undefined ? undefined : { kind: "token", token };
  }
  if (appId === undefined || key === undefined) {
    throw new CicdError(
      "config_invalid",
      `Cannot use GitHub App: ${appId === undefined ? "github_app.id" : "its private key"} is not set`,
      { hint: "Set APP_ID, and PRIVATE_KEY_PATH to the file that GitHub gave out for it" },
    );
  }
  // A variable often holds it on one line.
  return { kind: "app", appId, privateKey: key.replaceAll("\\n", "\n") };
}

function readKey(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CicdError("config_invalid", `Cannot read github_app.private_key_path: ${why}`, {
      cause,
    });
  }
}

function gitHubApi(host: string): string {
  return host === "github.com" ? "https://api.github.com" : `https://${host}/api/v3`;
}
