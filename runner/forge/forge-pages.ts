import { type ForgeAccounts, forgeClients } from "./forge-client.ts";
import { giteaPage } from "./gitea-page.ts";
import { giteePage } from "./gitee-page.ts";
import { githubPage } from "./github-page.ts";
import { gitlabPage } from "./gitlab-page.ts";
import type { Page, PageAccess, PageOf } from "./page.ts";

/** Opens the page of a pull request; undefined where the runner has no account. */
export type OpenPage = (of: PageOf, access: PageAccess) => Page | undefined;

/** Opens pages with the account of their forge; `name` is what a check or status is called. */
export function forgePages(accounts: ForgeAccounts, name: string): OpenPage {
  const openClient = forgeClients(accounts, name);
  return (of, access) => {
    const client = openClient(of, access);
    switch (client?.forge) {
      case undefined:
        return undefined;
      case "github":
        return githubPage(of, client.account);
      case "gitlab":
        return gitlabPage(of, client.api, name);
      case "gitee":
        return giteePage(of, client.api);
      case "gitea":
        return giteaPage(of, client.api, name);
    }
  };
}
