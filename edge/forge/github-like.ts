import * as z from "zod";
import {
  type Forge,
  PullRequest,
  type PullRequestAction,
  type PullRequestEvent,
  Repository,
  Sender,
} from "#shared/event.ts";
import type { PullRequestTold } from "#shared/task-event.ts";
import { Branch, Labels, Relation, State, Time } from "./told.ts";

const { number, url, title, body, author, head } = PullRequest.shape;

const Account = z.object({ login: author });
const Numbered = z.object({ id: z.int() });

/** A repository as GitHub and the forges that follow it tell it. */
export const GitHubRepository = Numbered.extend({
  name: Repository.shape.name,
  owner: z.object({ login: Repository.shape.owner }),
  clone_url: Repository.shape.clone_url,
  default_branch: Branch,
});
/** {@link GitHubRepository} as a type. */
export type GitHubRepository = z.infer<typeof GitHubRepository>;

/** What a pull request and its issue have in common. */
export const GitHubIssue = z.object({
  number,
  html_url: url,
  title,
  body: body.nullish(),
  /** Null when the account is gone. */
  user: Account.nullish(),
  draft: z.boolean().nullish(),
  state: State,
  merged: z.boolean().nullish().catch(undefined),
  labels: Labels,
  author_association: Relation,
  created_at: Time,
  updated_at: Time,
});
/** {@link GitHubIssue} as a type. */
export type GitHubIssue = z.infer<typeof GitHubIssue>;

/** A pull request; forges differ in what they tell of its base. */
export const GitHubPullRequest = GitHubIssue.extend({
  /** `repo` is null when the fork is gone. */
  head: z.object({ sha: head.shape.sha, ref: head.shape.ref, repo: Numbered.nullish() }),
  base: head,
});
/** {@link GitHubPullRequest} as a type. */
export type GitHubPullRequest = Omit<z.infer<typeof GitHubPullRequest>, "base"> & {
  readonly base: PullRequest["base"];
};

/** Who sends it; not all forges tell the type. */
export const GitHubSender = z.object({
  login: Sender.shape.login,
  type: z.string().nullish(),
});

/** What each forge tells in its own way. */
export interface OwnWay {
  readonly draft: boolean;
  /** The name that stands for an account that is gone; default none. */
  readonly ghost?: string;
}

/** What an event about a pull request of a repository is made of. */
interface Parts extends OwnWay {
  readonly forge: Forge;
  readonly action: PullRequestAction;
  readonly repository: PullRequestEvent["repository"];
  /** The forge's number of it. */
  readonly repositoryId: number;
  readonly pullRequest: GitHubPullRequest;
  readonly sender: Sender;
}

/** An event about a pull request in forge-neutral form. */
export function pullRequestEvent(parts: Parts): PullRequestEvent {
  const { forge, action, repository, repositoryId, pullRequest, sender } = parts;
  const pull_request = toPullRequest(pullRequest, repositoryId, parts);
  return { type: "pull_request", forge, action, repository, pull_request, sender };
}

/** A repository in forge-neutral form; `page` is a URL of its forge. */
export function toRepository(
  { name, owner, clone_url, default_branch }: Omit<GitHubRepository, "id">,
  page: string,
): Repository {
  const host = new URL(page).host;
  return {
    host,
    owner: owner.login,
    name,
    clone_url,
    ...(default_branch !== undefined && { default_branch }),
  };
}

/** A pull request in forge-neutral form. */
export function toPullRequest(
  pullRequest: GitHubPullRequest,
  repositoryId: number,
  way: OwnWay,
): PullRequest {
  const { head, base } = pullRequest;
  return {
    ...common(pullRequest, way),
    draft: way.draft,
    head: { sha: head.sha, ref: head.ref },
    base,
    fork: head.repo?.id !== repositoryId,
  };
}

/** What is told of a pull request where its issue is told alone. */
export function toldByIssue(issue: GitHubIssue, way: Pick<OwnWay, "ghost">): PullRequestTold {
  const { draft } = issue;
  return { ...common(issue, way), ...(typeof draft === "boolean" && { draft }) };
}

function common(issue: GitHubIssue, { ghost = "" }: Pick<OwnWay, "ghost">) {
  const { number, html_url, title, body, user, state, merged, labels } = issue;
  const { author_association: association, created_at, updated_at } = issue;
  return defined({
    number,
    url: html_url,
    title,
    body: body ?? "",
    author: user?.login ?? ghost,
    association,
    state: merged === true ? ("merged" as const) : state,
    labels,
    created_at,
    updated_at,
  });
}

/** The same without what is undefined: an event is compared and sent as JSON. */
export function defined<T extends object>(value: T): T {
  const kept = { ...value };
  for (const key in kept) if (kept[key] === undefined) delete kept[key];
  return kept;
}
