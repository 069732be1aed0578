import { join } from "node:path";
import { CicdError } from "#shared/error.ts";
import type { Subject } from "../subject.ts";
import { refusalOf } from "./check-patch.ts";
import { type CommitOfPatch, commitPatch } from "./commit-patch.ts";
import { fetchCommits } from "./fetch.ts";
import { runGit } from "./git.ts";
import type { GitOptions, Workspace } from "./git-options.ts";
import type { Mirrors } from "./mirrors.ts";
import { openRemote, type Remote } from "./remote.ts";
import { layOutSession } from "./session-folder.ts";

/** How a patch gets onto a branch. */
export interface PushOptions {
  readonly mirrors: Mirrors;
  readonly git: GitOptions;
  readonly signal: AbortSignal;
  /** Globs of the paths that it may add or change. */
  readonly paths: readonly string[];
  /** Called before anything is pushed; throws when this host may not any more. */
  readonly beforeWrite: () => Promise<void>;
}

/** A branch that holds one commit more than a pull request. */
export interface PushedBranch {
  readonly branch: string;
  /** The id of that commit. */
  readonly sha: string;
}

/** How many branches there may be for one head. */
const mostBranches = 9;

/**
 * Puts a patch on a new branch of the pull request's repository, as a commit on top of its head. The
 * same patch on the same head is the same commit: where a branch of ours has it, nothing is pushed. No
 * branch that there is, is ever changed.
 * @throws CicdError `repository_refused` when the forge does not let us, `repository_unavailable`,
 * `conflict` when all names are taken, `answer_unparsable` when the patch does not apply; what
 * `beforeWrite` throws; the signal's reason when it aborts.
 */
export async function pushPatch(
  subject: Subject,
  commit: CommitOfPatch,
  { mirrors, git, signal, paths, beforeWrite }: PushOptions,
): Promise<PushedBranch> {
  const { pull_request } = subject;
  const { number } = pull_request;
  const at: Subject = {
    ...subject,
    pull_request: { ...pull_request, head: { sha: commit.headSha } },
  };
  const mirror = mirrors.of(at);
  using _use = mirror.use();
  const push = async () => {
    const { gitDir } = mirror;
    // The session's own files may be in use, or be with another host.
    const own = await layOutSession(join(gitDir, "writing"));
    const workspace: Workspace = { gitDir, ...own, options: git, signal };
    await fetchCommits(at, workspace, () => {});
    await runGit(workspace, ["read-tree", "--reset", commit.headSha]);
    const refusal = await refusalOf(workspace, commit.patch, paths);
    if (refusal !== undefined) throw useless(refusal);
    const sha = await commitPatch(workspace, commit);
    const remote = await openRemote(subject, git, signal);
    const { branch, isThere } = await branchFor(sha, namesFor(number, commit.headSha), {
      workspace,
      remote,
    });
    if (!isThere) {
      await beforeWrite();
      await create(branch, sha, { workspace, remote });
    }
    return { branch, sha };
  };
  return await mirror.change(push, { signal });
}

interface Pushing {
  readonly workspace: Workspace;
  readonly remote: Remote;
}

/** Nothing that a stranger chose stands in a name. */
function namesFor(number: number, headSha: string): readonly [string, ...string[]] {
  const name = `cicd-runner/tests-${number}`;
  const more = Array.from({ length: mostBranches - 1 }, (_, index) => `-${index + 2}`);
  return [name, ...["", ...more].map((suffix) => `${name}-${headSha.slice(0, 12)}${suffix}`)];
}

/** The branch that holds a commit already, else the first that there is not. */
async function branchFor(
  sha: string,
  names: readonly [string, ...string[]],
  { workspace, remote }: Pushing,
): Promise<{ branch: string; isThere: boolean }> {
  const args = ["ls-remote", "--refs", "--", remote.url, ...names.map(refOf)];
  const told = await runGit(workspace, args, { config: remote.config });
  const tips = new Map(told.split("\n").map((line) => [line.split("\t")[1], line.split("\t")[0]]));
  const found = names.find((name) => tips.get(refOf(name)) === sha);
  if (found !== undefined) return { branch: found, isThere: true };
  const free = names.find((name) => !tips.has(refOf(name)));
  if (free !== undefined) return { branch: free, isThere: false };
  throw new CicdError(
    "conflict",
    `Cannot put tests on a branch: ${names[0]} and all after it exist`,
    {
      hint: "Delete those branches that nobody needs any more",
    },
  );
}

function refOf(branch: string): string {
  return `refs/heads/${branch}`;
}

/** Makes a branch, and only that: when somebody else has made it meanwhile, theirs stays. */
async function create(branch: string, sha: string, { workspace, remote }: Pushing): Promise<void> {
  const ref = refOf(branch);
  // A lease on nothing: without it, a branch that leads to the head would be moved on.
  const args = ["push", "--quiet", `--force-with-lease=${ref}:`, "--", remote.url, `${sha}:${ref}`];
  try {
    await runGit(workspace, args, { config: remote.config });
  } catch (error) {
    if (!(error instanceof CicdError && error.code === "repository_refused")) throw error;
    throw new CicdError(error.code, error.message, {
      cause: error,
      hint: "Let the forge's token push branches called cicd-runner/*, or set publish.write_tests to false",
    });
  }
}

function useless(reason: string): CicdError {
  return new CicdError("answer_unparsable", `Cannot put tests on a branch: ${reason}`, {
    hint: "Ask for them again",
  });
}
