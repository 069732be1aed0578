import { CicdError } from "#shared/error.ts";
import type { Forge, PullRequestEvent } from "#shared/event.ts";
import { runGit, tryGit } from "./git.ts";
import { gitFailure } from "./git-failure.ts";
import type { Workspace } from "./git-options.ts";
import { openRemote, type Remote } from "./remote.ts";

/** Where the two commits are kept: the next fetch tells the server that these are there. */
const headRef = "refs/cicd-runner/head";
const baseRef = "refs/cicd-runner/base";

/**
 * How much history is asked for until the merge base is in it. A repository that is there keeps the
 * depth that it needed before.
 */
const newLadder = ["--depth=50", "--deepen=500", "--unshallow"] as const;
const reusedLadder = ["", "--deepen=500", "--unshallow"] as const;

/** Steps after which a commit that did not come with its ref is given up. */
const patience = 2;

/** The ref that a forge keeps for the head of a pull request, forks included. */
const pullRefs: Record<Forge, (number: number) => string> = {
  github: (number) => `refs/pull/${number}/head`,
  gitlab: (number) => `refs/merge-requests/${number}/head`,
  gitee: (number) => `refs/pull/${number}/head`,
  gitea: (number) => `refs/pull/${number}/head`,
};

/**
 * Fetches head and base of a pull request from the base's repository, which has a fork's head too:
 * by their ids or, where the server refuses that or the event names no base, by their refs. Enough
 * history comes along to hold the merge base. Git asks no server for commits that are there.
 * @returns the merge base; the base itself when the histories have none.
 */
export async function fetchCommits(event: PullRequestEvent, workspace: Workspace): Promise<string> {
  const { head, base } = event.pull_request;
  const remote = await openRemote(event.repository.clone_url, workspace.options, workspace.signal);
  const ladder = (await isNew(workspace)) ? newLadder : reusedLadder;
  const byId = base.sha === undefined ? branchRefspec(base.ref) : `+${base.sha}:${baseRef}`;
  let refspecs = [`+${head.sha}:${headRef}`, byId];
  let baseSha = base.sha ?? "";
  for (const [step, depth] of ladder.entries()) {
    // On a complete history git refuses to deepen, and there is nothing to find.
    if (step > 0 && !(await isShallow(workspace))) break;
    if (!(await fetch(workspace, remote, refspecs, depth))) {
      refspecs = refspecsByName(event);
      await fetchByName(workspace, remote, refspecs, depth);
    }
    baseSha = base.sha ?? (await runGit(workspace, ["rev-parse", baseRef])).trim();
    const missing = await missingCommit(workspace, [head.sha, baseSha]);
    if (missing !== undefined) {
      if (step + 1 < patience && (await isShallow(workspace))) continue;
      throw gone(missing);
    }
    const mergeBase = await findMergeBase(workspace, head.sha, baseSha);
    if (mergeBase !== undefined) return await keep(workspace, [head.sha, baseSha], mergeBase);
  }
  return await keep(workspace, [head.sha, baseSha], baseSha);
}

/** Whether no fetch was completed yet. */
async function isNew(workspace: Workspace): Promise<boolean> {
  return (await runGit(workspace, ["for-each-ref", "--count=1", "refs/cicd-runner"])) === "";
}

async function findMergeBase(
  workspace: Workspace,
  head: string,
  base: string,
): Promise<string | undefined> {
  const args = ["merge-base", head, base];
  const result = await tryGit(workspace, args);
  if (result.exitCode > 1) throw gitFailure(args, result);
  return result.exitCode === 0 ? result.stdout.trim() : undefined;
}

async function isShallow(workspace: Workspace): Promise<boolean> {
  const answer = await runGit(workspace, ["rev-parse", "--is-shallow-repository"]);
  return answer.trim() === "true";
}

/** Fetches; false when the server gives commits by their refs alone. */
async function fetch(
  workspace: Workspace,
  remote: Remote,
  refspecs: readonly string[],
  depth: string,
): Promise<boolean> {
  const args = [
    ...["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"],
    ...["--no-auto-maintenance", ...(depth === "" ? [] : [depth]), "--stdin", "--", remote.url],
  ];
  // A branch may have any name: by stdin it is never an option.
  const result = await tryGit(workspace, args, {
    stdin: refspecs.map((refspec) => `${refspec}\n`).join(""),
    config: remote.config,
  });
  if (result.exitCode === 0) return true;
  if (/not our ref|unadvertised object|(?:no such|couldn't find) remote ref/i.test(result.stderr))
    return false;
  throw gitFailure(args, result);
}

async function fetchByName(
  workspace: Workspace,
  remote: Remote,
  refspecs: readonly string[],
  depth: string,
): Promise<void> {
  if (await fetch(workspace, remote, refspecs, depth)) return;
  throw new CicdError("repository_unavailable", "Cannot fetch repository: its refs are gone", {
    hint: "The branch was deleted since, or the forge has not caught up yet",
  });
}

function refspecsByName({ forge, pull_request: { number, base } }: PullRequestEvent): string[] {
  return [`+${pullRefs[forge](number)}:${headRef}`, branchRefspec(base.ref)];
}

/** @throws CicdError `repository_refused` for a branch name that git itself would not allow. */
function branchRefspec(branch: string): string {
  if (/[\p{Cc}\s:?*[\\^~]|\.\.|@\{/u.test(branch)) {
    const name = JSON.stringify(branch);
    throw new CicdError("repository_refused", `Cannot fetch branch ${name}: not a branch name`);
  }
  return `+refs/heads/${branch}:${baseRef}`;
}

/** The first of the commits that did not come. */
async function missingCommit(
  workspace: Workspace,
  shas: readonly string[],
): Promise<string | undefined> {
  for (const sha of shas) {
    const { exitCode } = await tryGit(workspace, ["cat-file", "-e", `${sha}^{commit}`]);
    if (exitCode !== 0) return sha;
  }
  return undefined;
}

/** Lets the refs name the commits of this event, whatever they were fetched by. */
async function keep(
  workspace: Workspace,
  [head, base]: readonly [head: string, base: string],
  mergeBase: string,
): Promise<string> {
  await runGit(workspace, ["update-ref", headRef, head]);
  await runGit(workspace, ["update-ref", baseRef, base]);
  return mergeBase;
}

function gone(sha: string): CicdError {
  return new CicdError("repository_unavailable", `Cannot fetch commit ${sha}: it is not there`, {
    hint: "The branch was pushed again or deleted since; the next push is reviewed by itself",
  });
}
