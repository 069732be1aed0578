import type { Forge } from "#shared/event.ts";
import { forgeFetch } from "./forge-fetch.ts";
import { giteaPage } from "./gitea-page.ts";
import { giteePage } from "./gitee-page.ts";
import { type GitHubCredential, gitHubAccount } from "./github-account.ts";
import { githubPage } from "./github-page.ts";
import { gitlabPage } from "./gitlab-page.ts";
import { JsonApi } from "./json-api.ts";
import { once } from "./once.ts";
import type { Page, PageAccess, PageOf } from "./page.ts";

/** A forge that the runner has an account on. */
export interface ForgeAccount<C> {
  readonly host: string;
  /** Where its API begins, without a slash at the end. */
  readonly apiUrl: string;
  readonly credential: C;
}

/** The forges that results are published on. */
export type ForgeAccounts = {
  readonly [F in Forge]?: ForgeAccount<F extends "github" ? GitHubCredential : string>;
};

/** Opens the page of a pull request; undefined where the runner has no account. */
export type OpenPage = (of: PageOf, access: PageAccess) => Page | undefined;

/** What the token of each forge needs to publish. */
const scopes: Readonly<Record<Forge, string>> = {
  github:
    "an App needs Checks and Pull requests (read and write); a fine-grained token Commit statuses and Pull requests (read and write), a classic one `repo`",
  gitlab: "scope `api` and the role Developer",
  gitee: "the scopes `user_info`, `projects`, `pull_requests` and `notes`",
  gitea: "the scopes `read:user`, `write:issue` and `write:repository`",
};

/**
 * Opens pages with the account of their forge. The account is used on its own host alone, whatever
 * a payload says; `name` is what a check or status is called.
 */
export function forgePages(accounts: ForgeAccounts, name: string): OpenPage {
  return (of, access) => {
    const { forge, repository } = of;
    if (accounts[forge]?.host !== repository.host) return undefined;
    const fetch = forgeFetch({ ...access, forge, scopes: scopes[forge] });
    const { github, gitlab, gitee, gitea } = accounts;
    if (forge === "github" && github !== undefined) {
      return githubPage(
        of,
        once(() => gitHubAccount({ ...github, name }, repository, fetch)),
      );
    }
    if (forge === "gitlab" && gitlab !== undefined) {
      const headers = { "private-token": gitlab.credential };
      return gitlabPage(of, new JsonApi(gitlab.apiUrl, headers, fetch), name);
    }
    if (forge === "gitee" && gitee !== undefined) {
      const headers = { authorization: `token ${gitee.credential}` };
      return giteePage(of, new JsonApi(gitee.apiUrl, headers, fetch));
    }
    if (forge === "gitea" && gitea !== undefined) {
      const headers = { authorization: `token ${gitea.credential}` };
      return giteaPage(of, new JsonApi(gitea.apiUrl, headers, fetch), name);
    }
    return undefined;
  };
}
