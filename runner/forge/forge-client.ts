import type { Forge } from "#shared/event.ts";
import { type ForgeFetch, forgeFetch } from "./forge-fetch.ts";
import { type GitHubCredential, gitHubAccount } from "./github-account.ts";
import type { GitHubAccount } from "./github-page.ts";
import { JsonApi } from "./json-api.ts";
import { once } from "./once.ts";
import type { PageAccess, PageOf } from "./page.ts";

/** A forge that the runner has an account on. */
export interface ForgeAccount<C> {
  readonly host: string;
  /** Where its API begins, without a slash at the end. */
  readonly apiUrl: string;
  readonly credential: C;
}

/** The forges that the runner has an account on. */
export type ForgeAccounts = {
  readonly [F in Forge]?: ForgeAccount<F extends "github" ? GitHubCredential : string>;
};

/** The API of a forge, for the repository that it was opened for. */
export type ForgeClient =
  | {
      readonly forge: "github";
      readonly account: () => Promise<GitHubAccount>;
      /** Fetches what an answer of the API links to, without any credential. */
      readonly open: ForgeFetch;
      readonly apiUrl: string;
    }
  | { readonly forge: Exclude<Forge, "github">; readonly api: JsonApi };

/** What one use of an API is bound to, and for what. */
interface ClientAccess extends PageAccess {
  /** What a GitHub App signs in for; default pages. */
  readonly purpose?: "pages" | "logs";
}

/** Opens the API of a repository's forge; undefined where the runner has no account. */
export type OpenClient = (
  of: Pick<PageOf, "forge" | "repository">,
  access: ClientAccess,
) => ForgeClient | undefined;

/** How long before the end of a token another one is asked for, in milliseconds. */
const signInAgain = 5 * 60_000;

/** What the token of each forge needs. */
const scopes: Readonly<Record<Forge, string>> = {
  github:
    "an App needs Checks and Pull requests (read and write); a fine-grained token Commit statuses and Pull requests (read and write), a classic one `repo`",
  gitlab: "scope `api` and the role Developer",
  gitee: "the scopes `user_info`, `projects`, `pull_requests` and `notes`",
  gitea: "the scopes `read:user`, `write:issue` and `write:repository`",
};

/**
 * Opens APIs with the account of their forge. The account is used on its own host alone, whatever a
 * payload says; `name` is what a check or status is called.
 */
export function forgeClients(accounts: ForgeAccounts, name: string): OpenClient {
  return ({ forge, repository }, access) => {
    if (accounts[forge]?.host !== repository.host) return undefined;
    const { purpose = "pages" } = access;
    const fetch = forgeFetch({ ...access, forge, scopes: scopes[forge] });
    if (forge === "github") {
      const { github } = accounts;
      if (github === undefined) return undefined;
      const account = once(
        () => gitHubAccount({ ...github, name, purpose }, repository, fetch),
        // A review may take longer than a token of an App lasts.
        ({ endsAt = Number.POSITIVE_INFINITY }) => Date.now() > endsAt - signInAgain,
      );
      return { forge, account, open: fetch, apiUrl: github.apiUrl };
    }
    const account = accounts[forge];
    if (account === undefined) return undefined;
    const { apiUrl, credential } = account;
    const headers =
      forge === "gitlab"
        ? { "private-token": credential }
        : { authorization: `token ${credential}` };
    return { forge, api: new JsonApi(apiUrl, headers, fetch) };
  };
}
