import type { Forge, PullRequestAction, PullRequestEvent } from "#shared/event.ts";

/** What the payloads of GitHub, and of the forges that follow it, have in common. */
export interface GitHubLikePayload {
  readonly repository: { readonly id: number; readonly clone_url: string };
  readonly pull_request: {
    readonly number: number;
    readonly html_url: string;
    readonly title: string;
    readonly body?: string | null | undefined;
    /** Null when the account is gone. */
    readonly user?: { readonly login: string } | null | undefined;
    readonly head: {
      readonly sha: string;
      readonly ref: string;
      /** Null when the fork is gone. */
      readonly repo?: { readonly id: number } | null | undefined;
    };
  };
  readonly sender: { readonly login: string };
}

/** What each forge tells in its own way. */
export interface OwnWay {
  readonly forge: Forge;
  readonly action: PullRequestAction;
  readonly path: Pick<PullRequestEvent["repository"], "owner" | "name">;
  readonly base: PullRequestEvent["pull_request"]["base"];
  readonly draft: boolean;
  /** The name that stands for an account that is gone; default none. */
  readonly ghost?: string;
  /** The sender is a program. */
  readonly bot: boolean;
}

/** The event in forge-neutral form. */
export function eventOf(
  { repository, pull_request, sender }: GitHubLikePayload,
  { forge, action, path, base, draft, ghost = "", bot }: OwnWay,
): PullRequestEvent {
  const { number, html_url, title, body, user, head } = pull_request;
  return {
    type: "pull_request",
    forge,
    action,
    repository: { host: new URL(html_url).host, ...path, clone_url: repository.clone_url },
    pull_request: {
      number,
      url: html_url,
      title,
      body: body ?? "",
      author: user?.login ?? ghost,
      draft,
      head: { sha: head.sha, ref: head.ref },
      base,
      fork: head.repo?.id !== repository.id,
    },
    sender: { login: sender.login, bot },
  };
}
