import { CicdError } from "#shared/error.ts";
import { Forge, Repository } from "#shared/event.ts";
import type { RunnerConfig } from "../config.ts";
import type { ToldPullRequest } from "../forge/forge-pull-requests.ts";
import { gitOptions, pullRequests } from "../settings.ts";
import type { Subject } from "../subject.ts";
import { pullRefs } from "../workspace/refspecs.ts";
import { type CommitsOptions, prepareCommits } from "./branch-change.ts";
import type { LocalRepository } from "./local-repository.ts";
import type { LocalChange } from "./review-once.ts";

/** A pull request as far as a clone of its repository tells. */
export interface KnownPullRequest {
  readonly forge: Forge;
  readonly repository: Repository;
  readonly number: number;
}

/** How a pull request is found out about. */
export interface PullRequestOptions extends CommitsOptions {
  /** Its forge was asked, and did not tell: it is reviewed without title and text. */
  readonly onUntold: (error: CicdError) => void;
}

/**
 * A pull request of the repository that `origin` is, whose commits are fetched from there with the
 * token of its forge. Where there is one, title, text and base are asked of the forge's API. It is
 * taken for one from a fork.
 * @param base the branch that it goes into; undefined: its own, else the default branch.
 * @throws CicdError as {@link knownPullRequest}; `invalid_request` when the base is not known.
 */
export async function pullRequestChange(
  local: LocalRepository,
  { number, base }: { readonly number: number; readonly base: string | undefined },
  options: PullRequestOptions,
): Promise<LocalChange> {
  const known = await knownPullRequest(local, number, options.config);
  const { forge, repository } = known;
  const told = await toldOf(known, options);
  const ref = base ?? told?.base ?? repository.default_branch;
  if (ref === undefined) {
    throw new CicdError("invalid_request", `Cannot tell what #${number} is to be compared with`, {
      hint: "Name the branch that it goes into with --base",
    });
  }
  const subject: Subject = {
    forge,
    repository,
    pull_request: {
      number,
      title: told?.title ?? "",
      body: told?.body ?? "",
      head: {},
      base: { ref },
      fork: true,
    },
  };
  const git = gitOptions(options.config, options.environment);
  const prepare = prepareCommits(subject, git, options);
  return { subject, wish: null, isEmpty: false, prepare };
}

async function toldOf(
  known: KnownPullRequest,
  { config, signal, onUntold }: PullRequestOptions,
): Promise<ToldPullRequest | undefined> {
  try {
    return await pullRequests(config)(known, signal);
  } catch (error) {
    signal.throwIfAborted();
    onUntold(CicdError.from(error));
    return undefined;
  }
}

/**
 * Which pull request is meant by a number, by the remote `origin` and the hosts of the configuration.
 * @throws CicdError `invalid_request` without a remote, `config_invalid` when no forge has its host.
 */
export async function knownPullRequest(
  local: LocalRepository,
  number: number,
  config: RunnerConfig,
): Promise<KnownPullRequest> {
  const origin = await local.origin();
  if (origin === undefined) {
    throw new CicdError("invalid_request", "Cannot tell the forge: there is no remote origin");
  }
  const url = URL.parse(origin) ?? URL.parse(fromScp(origin));
  const [, owner, name] = /^\/(.+)\/([^/]+?)(?:\.git)?\/?$/.exec(url?.pathname ?? "") ?? [];
  if (url === null || owner === undefined || name === undefined) throw notOnForge(origin);
  const isHttp = /^https?:$/.test(url.protocol);
  // The port of ssh is not that of the pages, and its host is in the case of whoever wrote it.
  const host = isHttp ? url.host : url.hostname.toLowerCase();
  const forge = Forge.options.find((known) => config[known].host?.toLowerCase() === host);
  if (forge === undefined) throw notOnForge(host);
  const clone_url = `${isHttp ? url.protocol : "https:"}//${host}/${owner}/${name}.git`;
  const default_branch = await local.defaultBranch();
  const repository = Repository.safeParse({ host, owner, name, clone_url, default_branch });
  if (!repository.success) throw notOnForge(host);
  return { forge, repository: repository.data, number };
}

/** The ref that the forge of a pull request keeps for its head. */
export function headRef({ forge, number }: KnownPullRequest): string {
  return pullRefs[forge](number);
}

/** `git@host:owner/name` as a URL. */
function fromScp(remote: string): string {
  return remote.replace(/^(?:[^@/]+@)?([^:/]+):(?!\/)/, "ssh://$1/");
}

function notOnForge(where: string): CicdError {
  return new CicdError(
    "config_invalid",
    `Cannot tell the forge of origin: ${withoutLogin(where)}`,
    {
      hint: "Set the host of its forge: GITHUB_HOST, GITLAB_HOST, GITEE_HOST or GITEA_HOST",
    },
  );
}

/** People put tokens into remotes. */
function withoutLogin(remote: string): string {
  return remote.replace(/\/\/[^@/]*@/, "//");
}
