import * as z from "zod";
import { CicdError } from "#shared/error.ts";
import type { People, Wish } from "../authorize.ts";
import { type ForgeAccounts, type ForgeClient, forgeClients } from "./forge-client.ts";

/** Asks forges what people may, with the account of each; `name` as it has for pages. */
export function forgePeople(accounts: ForgeAccounts, name: string): People {
  const openClient = forgeClients(accounts, name);
  return {
    mayWrite: async (wish, signal) => {
      const client = openClient(wish, { signal, beforeWrite: async () => {} });
      if (client === undefined) return undefined;
      // It becomes a part of a path.
      if (!/^(?!\.+$)[^\s/\\?#%]+$/.test(wish.login)) return false;
      try {
        return await asked(client, wish);
      } catch (error) {
        throw unanswered(error, wish);
      }
    },
  };
}

async function asked(client: ForgeClient, wish: Wish): Promise<boolean> {
  switch (client.forge) {
    case "github": {
      const { octokit } = await client.account();
      const { owner, name: repo } = wish.repository;
      const path = "GET /repos/{owner}/{repo}/collaborators/{username}/permission";
      const { data } = await octokit.request(path, { owner, repo, username: wish.login });
      return writing.has(data.permission);
    }
    case "gitlab":
      return await isDeveloper(client, wish);
    case "gitee":
    case "gitea": {
      const { owner, name } = wish.repository;
      const user = encodeURIComponent(wish.login);
      const path = `/repos/${owner}/${name}/collaborators/${user}/permission`;
      return writing.has((await client.api.send(Permission, "GET", path)).permission);
    }
  }
}

/** What includes writing, in the words of GitHub, Gitee and Gitea; all others do not. */
const writing: ReadonlySet<string> = new Set(["write", "admin", "owner"]);

const Permission = z.object({ permission: z.string() });

const Member = z.object({
  username: z.string(),
  access_level: z.int(),
  /** `blocked` or `awaiting` for somebody who may nothing now. */
  state: z.string().default("active"),
});

/** Who may push on GitLab. */
const developer = 30;

async function isDeveloper(
  { api }: Extract<ForgeClient, { forge: "gitlab" | "gitee" | "gitea" }>,
  { repository, login }: Wish,
): Promise<boolean> {
  const project = encodeURIComponent(`${repository.owner}/${repository.name}`);
  // The query finds parts of names too, and there is no way to ask for one by its login.
  const found = await api.list(Member, `/projects/${project}/members/all`, { query: login });
  return found.some(
    ({ username, access_level, state }) =>
      username.toLowerCase() === login.toLowerCase() &&
      state === "active" &&
      access_level >= developer,
  );
}

/** What may pass is tried again; a forge that will not tell is one that says no. */
function unanswered(error: unknown, { forge, repository, login }: Wish): unknown {
  const isRefusal =
    error instanceof CicdError &&
    (error.code === "forge_refused" || error.code === "forge_rejected");
  if (!isRefusal) return error;
  const where = `${repository.owner}/${repository.name}`;
  return new CicdError(
    "forbidden",
    `Cannot take command of ${login}: ${forge} does not tell whether they may write to ${where}: ${error.message}`,
    {
      cause: error,
      hint: `Add ${forge}:${login} to rules.command_users, or give the token for ${forge} what asking needs: see docs/commands.md`,
    },
  );
}
