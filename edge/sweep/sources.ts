import { CicdError } from "#shared/error.ts";
import type { EdgeConfig } from "../config.ts";
import type { ForgeAdapter } from "../forge/forge.ts";
import { github } from "../forge/github.ts";
import { gitlab } from "../forge/gitlab.ts";
import { appToken } from "./app-token.ts";
import { createForgeApi, type ForgeApiOptions } from "./forge-api.ts";
import { githubSource } from "./github-source.ts";
import { gitlabSource } from "./gitlab-source.ts";
import type { Source } from "./hook.ts";
import { leadsHere } from "./leads-here.ts";

/** A source and what reads its payloads. */
export interface ForgeSource {
  readonly adapter: ForgeAdapter;
  readonly source: Source;
}

type Reach = Pick<ForgeApiOptions, "now" | "fetch">;

/**
 * The webhooks that the configuration names.
 * @throws CicdError `config_invalid` when one is named whose credential is missing.
 */
export function sources(config: EdgeConfig, reach: Reach): ForgeSource[] {
  return config.sweep.enabled ? [...ofGitHub(config, reach), ...ofGitLab(config, reach)] : [];
}

function ofGitHub(config: EdgeConfig, reach: Reach): ForgeSource[] {
  const { github: settings, sweep, edge } = config;
  const { host, app_id, private_key } = settings;
  const enterprise = `https://${host}/api/v3`;
  const base = settings.api_url ?? (host === "github.com" ? "https://api.github.com" : enterprise);
  const token = sweep.github_token ?? config.github_token;
  const shared = { ...reach, base, maxBody: edge.max_body };
  const headers = (bearer: string) => ({
    authorization: `Bearer ${bearer}`,
    accept: "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
  });
  const asUser = createForgeApi({
    ...shared,
    authorize: async () => headers(token ?? ""),
    hint: "The token needs Webhooks: read on the repository, or the scope admin:repo_hook; for an organization admin:org_hook",
  });
  const asApp = createForgeApi({
    ...shared,
    authorize: async () => headers(await appToken(app_id ?? "", private_key ?? "", reach.now())),
    hint: "Look whether github.app_id and github.private_key are those of one App",
  });
  const here = leadsHere("github", edge.public_url);
  return sweep.github.map((source) => {
    const isApp = source.kind === "app";
    if (isApp && (app_id === undefined || private_key === undefined)) {
      throw missing("sweep.github: app", "github.app_id and github.private_key");
    }
    if (!isApp && token === undefined) {
      throw missing(`sweep.github: ${source.path}`, "sweep.github_token or github_token");
    }
    return { adapter: github, source: githubSource(source, isApp ? asApp : asUser, here) };
  });
}

function ofGitLab(config: EdgeConfig, reach: Reach): ForgeSource[] {
  const { gitlab: settings, sweep, edge } = config;
  const token = sweep.gitlab_token ?? config.gitlab_token;
  const api = createForgeApi({
    ...reach,
    base: settings.api_url ?? `https://${settings.host}/api/v4`,
    authorize: async () => ({ "private-token": token ?? "" }),
    maxBody: edge.max_body,
    hint: "The token needs the scope read_api, and the role Maintainer in the project or Owner in the group",
  });
  const here = leadsHere("gitlab", edge.public_url);
  return sweep.gitlab.map((source) => {
    if (token === undefined) {
      throw missing(`sweep.gitlab: ${source.path}`, "sweep.gitlab_token or gitlab_token");
    }
    return { adapter: gitlab, source: gitlabSource(source, api, here) };
  });
}

function missing(what: string, settings: string): CicdError {
  return new CicdError("config_invalid", `Cannot use ${what}: no credential is set`, {
    hint: `Set ${settings}`,
  });
}
