import { createAppAuth } from "@octokit/auth-app";
import * as z from "zod";
import type { RunnerConfig } from "#runner/config.ts";
import type { GitHubCredential } from "#runner/forge/github-account.ts";
import { forgeAccounts } from "#runner/forge-accounts.ts";
import type { Forge } from "#shared/event.ts";
import { type Check, type Finding, fail, ok, warn } from "./check.ts";

const advice = "See docs/publishing.md for what the token has to be allowed";

/** Whether each forge with a token takes it, and what the token may do where the forge tells. */
export function forgeChecks(config: RunnerConfig): Check[] {
  const { github, gitlab, gitee, gitea } = forgeAccounts(config);
  const checks = [
    github && check("github", (signal) => checkGitHub(github.apiUrl, github.credential, signal)),
    gitlab && check("gitlab", (signal) => checkGitLab(gitlab.apiUrl, gitlab.credential, signal)),
    gitee && check("gitee", (signal) => checkUser(gitee.apiUrl, gitee.credential, signal)),
    gitea && check("gitea", (signal) => checkUser(gitea.apiUrl, gitea.credential, signal)),
  ].filter((one) => one !== undefined);
  return checks.length > 0 || !config.publish.enabled ? checks : [noForge];
}

const noForge: Check = {
  name: "Forges",
  run: async () =>
    warn("No forge has a token: results are in the API alone", "Set GITHUB_TOKEN or its like"),
};

function check(forge: Forge, run: Check["run"]): Check {
  return { name: `Token of ${forge}`, run };
}

async function checkGitHub(
  apiUrl: string,
  credential: GitHubCredential,
  signal: AbortSignal,
): Promise<Finding> {
  if (credential.kind === "app") {
    const { appId, privateKey } = credential;
    const { token } = await createAppAuth({ appId, privateKey })({ type: "app" });
    const answer = await ask(`${apiUrl}/app`, { authorization: `Bearer ${token}` }, signal);
    const name = z.object({ slug: z.string() }).safeParse(answer.body).data?.slug;
    return refusal(answer, apiUrl, "APP_ID and PRIVATE_KEY") ?? ok(`App ${name}`);
  }
  const authorization = `Bearer ${credential.token}`;
  const answer = await ask(`${apiUrl}/user`, { authorization }, signal);
  const refused = refusal(answer, apiUrl, "GITHUB_TOKEN");
  if (refused !== undefined) return refused;
  const login = loginOf(answer.body);
  const scopes = answer.headers.get("x-oauth-scopes")?.split(/,\s*/).filter(Boolean);
  // Tokens of the newer kind have permissions for each repository, which nothing tells.
  if (scopes === undefined || scopes.length === 0) return ok(`${login}; ${apiUrl} tells no scopes`);
  if (scopes.includes("repo")) return ok(`${login}, scopes ${scopes.join(", ")}`);
  return warn(`${login}, scopes ${scopes.join(", ")}: private repositories need repo`, advice);
}

async function checkGitLab(apiUrl: string, token: string, signal: AbortSignal): Promise<Finding> {
  const headers = { "private-token": token };
  const answer = await ask(`${apiUrl}/personal_access_tokens/self`, headers, signal);
  const refused = refusal(answer, apiUrl, "GITLAB_TOKEN");
  if (refused !== undefined) return refused;
  const self = z
    .object({ name: z.string(), scopes: z.array(z.string()), expires_at: z.string().nullish() })
    .safeParse(answer.body).data;
  if (self === undefined) return warn(`${apiUrl} does not tell what the token may do`, advice);
  const until = self.expires_at ? `, until ${self.expires_at}` : "";
  const what = `${self.name}, scopes ${self.scopes.join(", ")}${until}`;
  return self.scopes.includes("api") ? ok(what) : fail(`${what}: publishing needs api`, advice);
}

async function checkUser(apiUrl: string, token: string, signal: AbortSignal): Promise<Finding> {
  const answer = await ask(`${apiUrl}/user`, { authorization: `token ${token}` }, signal);
  if (answer.status === 403) return warn("The token may not read its user", advice);
  return refusal(answer, apiUrl, "the token") ?? ok(loginOf(answer.body));
}

function refusal(answer: Answer, apiUrl: string, what: string): Finding | undefined {
  if (answer.status === 401 || answer.status === 403) {
    return fail(`${apiUrl} refuses it: ${answer.status}`, `Check ${what}. ${advice}`);
  }
  if (answer.status === 200) return undefined;
  return warn(`${apiUrl} answers ${answer.status}`, "Is this the API of the forge?");
}

function loginOf(body: unknown): string {
  const user = z.object({ login: z.string() }).safeParse(body).data;
  return user === undefined ? "its user is not told" : `user ${user.login}`;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** @throws Error when nothing answers. */
async function ask(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer> {
  const answer = await fetch(url, {
    headers: { accept: "application/json", "user-agent": "cicd-runner", ...headers },
    signal,
    redirect: "manual",
  }).catch((cause) => {
    throw new Error(`Cannot reach ${new URL(url).origin}`, { cause });
  });
  const body: unknown = await answer.json().catch(() => undefined);
  return { status: answer.status, headers: answer.headers, body };
}
