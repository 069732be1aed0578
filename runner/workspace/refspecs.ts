import { CicdError } from "#shared/error.ts";
import type { Forge } from "#shared/event.ts";
import type { Subject } from "../subject.ts";

/** The ref that a forge keeps for the head of a pull request, forks included. */
export const pullRefs: Record<Forge, (number: number) => string> = {
  github: (number) => `refs/pull/${number}/head`,
  gitlab: (number) => `refs/merge-requests/${number}/head`,
  gitee: (number) => `refs/pull/${number}/head`,
  gitea: (number) => `refs/pull/${number}/head`,
};

/** Where a mirror keeps a pull request's commits: the next fetch tells that these are there. */
export function refsOf({ pull_request: { number } }: Subject) {
  return {
    head: `refs/cicd-runner/${number}/head`,
    base: `refs/cicd-runner/${number}/base`,
    earlier: `refs/cicd-runner/${number}/earlier`,
  };
}

/** What fetches both commits by their ids, one that has none by the ref that the forge has for it. */
export function refspecsById(subject: Subject): readonly string[] {
  const { head, base } = subject.pull_request;
  const refs = refsOf(subject);
  return [
    head.sha === undefined ? headRefspec(subject) : `+${head.sha}:${refs.head}`,
    base.sha === undefined ? branchRefspec(subject) : `+${base.sha}:${refs.base}`,
  ];
}

/** What fetches both by the refs that the forge has for them. */
export function refspecsByName(subject: Subject): readonly string[] {
  return [headRefspec(subject), branchRefspec(subject)];
}

function headRefspec(subject: Subject): string {
  const { forge, pull_request } = subject;
  return `+${pullRefs[forge](pull_request.number)}:${refsOf(subject).head}`;
}

/** @throws CicdError `repository_refused` for a branch name that git itself would not allow. */
function branchRefspec(subject: Subject): string {
  const branch = subject.pull_request.base.ref;
  if (/[\p{Cc}\s:?*[\\^~]|\.\.|@\{/u.test(branch)) {
    const name = JSON.stringify(branch);
    throw new CicdError("repository_refused", `Cannot fetch branch ${name}: not a branch name`);
  }
  return `+refs/heads/${branch}:${refsOf(subject).base}`;
}
