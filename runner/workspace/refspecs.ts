import { CicdError } from "#shared/error.ts";
import type { Forge, PullRequestEvent } from "#shared/event.ts";

/** The ref that a forge keeps for the head of a pull request, forks included. */
const pullRefs: Record<Forge, (number: number) => string> = {
  github: (number) => `refs/pull/${number}/head`,
  gitlab: (number) => `refs/merge-requests/${number}/head`,
  gitee: (number) => `refs/pull/${number}/head`,
  gitea: (number) => `refs/pull/${number}/head`,
};

/** Where a mirror keeps a pull request's commits: the next fetch tells that these are there. */
export function refsOf({ pull_request: { number } }: PullRequestEvent) {
  return {
    head: `refs/cicd-runner/${number}/head`,
    base: `refs/cicd-runner/${number}/base`,
    earlier: `refs/cicd-runner/${number}/earlier`,
  };
}

/** What fetches both commits by their ids, a base that has none by its branch. */
export function refspecsById(event: PullRequestEvent): readonly string[] {
  const { head, base } = event.pull_request;
  const refs = refsOf(event);
  const byId = base.sha === undefined ? branchRefspec(event) : `+${base.sha}:${refs.base}`;
  return [`+${head.sha}:${refs.head}`, byId];
}

/** What fetches both by the refs that the forge has for them. */
export function refspecsByName(event: PullRequestEvent): readonly string[] {
  const { forge, pull_request } = event;
  return [`+${pullRefs[forge](pull_request.number)}:${refsOf(event).head}`, branchRefspec(event)];
}

/** @throws CicdError `repository_refused` for a branch name that git itself would not allow. */
function branchRefspec(event: PullRequestEvent): string {
  const branch = event.pull_request.base.ref;
  if (/[\p{Cc}\s:?*[\\^~]|\.\.|@\{/u.test(branch)) {
    const name = JSON.stringify(branch);
    throw new CicdError("repository_refused", `Cannot fetch branch ${name}: not a branch name`);
  }
  return `+refs/heads/${branch}:${refsOf(event).base}`;
}
