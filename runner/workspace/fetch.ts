import { CicdError } from "#shared/error.ts";
import type { Subject } from "../subject.ts";
import { runGit, tryGit } from "./git.ts";
import { gitFailure } from "./git-failure.ts";
import type { Workspace } from "./git-options.ts";
import { findMergeBase } from "./history.ts";
import { sweepMirror } from "./mirror-folder.ts";
import type { Progress } from "./progress.ts";
import { refsOf, refspecsById, refspecsByName } from "./refspecs.ts";
import { openRemote, type Remote } from "./remote.ts";
import { healShallow, presentOf, readShallow } from "./shallow.ts";

/** The commits of a pull request that are there now. */
export interface Fetched {
  readonly headSha: string;
  readonly baseSha: string;
  /** The base itself when the histories share nothing. */
  readonly mergeBase: string;
}

/** How history is asked for until the merge base is in it, after the first fetch. */
const deeper = ["--deepen=500", "--deepen=5000", "--unshallow"] as const;
const firstDepth = "--depth=50";

/**
 * The most objects that a fetch without a depth may bring. It brings what is new and no more, unless
 * the pull request began before the history that is there: then it would bring all before that.
 */
const mostObjects = 20_000;

/** Steps after which a commit that did not come with its ref is given up. */
const patience = 2;

/**
 * Fetches head and base of a pull request from the base's repository, which has a fork's head too:
 * by their ids or, where the server refuses that or they are not named, by their refs. Enough
 * history comes along to hold the merge base. A server is not asked for what is there. Call it in a
 * turn at the mirror.
 * @throws CicdError `repository_refused`, `repository_unavailable`, `internal`.
 */
export async function fetchCommits(
  subject: Subject,
  workspace: Workspace,
  onProgress: (progress: Progress) => void,
): Promise<Fetched> {
  const { head, base } = subject.pull_request;
  if (head.sha !== undefined && base.sha !== undefined) {
    const { missing, ...known } = await look(workspace, head.sha, base.sha);
    if (missing === undefined && known.mergeBase !== undefined) {
      return await keep(subject, workspace, { ...known, mergeBase: known.mergeBase });
    }
  }
  const remote = await openRemote(subject, workspace.options, workspace.signal);
  const fetching: Fetching = { subject, workspace, remote, onProgress };
  let refspecs = refspecsById(subject);
  for (const [step, depth] of [undefined, ...deeper].entries()) {
    refspecs =
      depth === undefined
        ? await fetchFirst(fetching, refspecs)
        : await fetchBoth(fetching, refspecs, depth);
    const { headSha, baseSha } = await commitsOf(subject, workspace);
    const { missing, mergeBase } = await look(workspace, headSha, baseSha);
    const isShallow = (await readShallow(workspace)).size > 0;
    if (missing !== undefined) {
      if (step + 1 < patience && isShallow) continue;
      throw gone(missing);
    }
    // On a complete history git refuses to deepen, and there is nothing to find.
    if (mergeBase !== undefined || !isShallow) {
      return await keep(subject, workspace, { headSha, baseSha, mergeBase: mergeBase ?? baseSha });
    }
  }
  const commits = await commitsOf(subject, workspace);
  return await keep(subject, workspace, { ...commits, mergeBase: commits.baseSha });
}

interface Fetching {
  readonly subject: Subject;
  readonly workspace: Workspace;
  readonly remote: Remote;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Fetches one more commit of a pull request, if the server still gives it; it need not.
 * @throws the signal's reason when it aborts.
 */
export async function fetchEarlier(
  subject: Subject,
  workspace: Workspace,
  sha: string,
): Promise<void> {
  if ((await presentOf(workspace, [sha])).has(sha)) return;
  try {
    const remote = await openRemote(subject, workspace.options, workspace.signal);
    const fetching = { subject, workspace, remote, onProgress: () => {} };
    await fetch(fetching, [`+${sha}:${refsOf(subject).earlier}`], firstDepth);
  } catch {
    workspace.signal.throwIfAborted();
    // It may have been killed, or cut off.
    await sweepMirror(workspace.gitDir);
  }
}

/** The first fetch; a mirror with history gets what is new, unless that is too much of old. */
async function fetchFirst(fetching: Fetching, refspecs: readonly string[]) {
  const { workspace, onProgress } = fetching;
  const refs = await runGit(workspace, ["for-each-ref", "--count=1", "refs/cicd-runner"]);
  if (refs === "") return await fetchBoth(fetching, refspecs, firstDepth);
  const tooMuch = new AbortController();
  const signal = AbortSignal.any([workspace.signal, tooMuch.signal]);
  const limited: Fetching = {
    ...fetching,
    workspace: { ...workspace, signal },
    onProgress: (progress) => {
      if (progress.phase === "receiving" && progress.total > mostObjects) tooMuch.abort();
      onProgress(progress);
    },
  };
  try {
    return await fetchBoth(limited, refspecs, undefined);
  } catch (error) {
    if (!tooMuch.signal.aborted) throw error;
    // That git was killed.
    await sweepMirror(workspace.gitDir);
    return await fetchBoth(fetching, refspecs, firstDepth);
  }
}

/** Fetches by ids, else by names; resolves to what the next fetch should ask for. */
async function fetchBoth(
  fetching: Fetching,
  refspecs: readonly string[],
  depth: string | undefined,
): Promise<readonly string[]> {
  if (await fetch(fetching, refspecs, depth)) return refspecs;
  const byName = refspecsByName(fetching.subject);
  if (await fetch(fetching, byName, depth)) return byName;
  throw new CicdError("repository_unavailable", "Cannot fetch repository: its refs are gone", {
    hint: "The branch was deleted since, or the forge has not caught up yet",
  });
}

/** Fetches; false when the server gives commits by their refs alone. */
async function fetch(
  { workspace, remote, onProgress }: Fetching,
  refspecs: readonly string[],
  depth: string | undefined,
): Promise<boolean> {
  const args = [
    ...["fetch", "--progress", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"],
    ...["--no-auto-maintenance", ...(depth === undefined ? [] : [depth])],
    ...["--stdin", "--", remote.url],
  ];
  const before = await readShallow(workspace);
  // A branch may have any name: by stdin it is never an option.
  const result = await tryGit(workspace, args, {
    stdin: refspecs.map((refspec) => `${refspec}\n`).join(""),
    config: remote.config,
    onProgress,
  });
  await healShallow(workspace, before);
  if (result.exitCode === 0) return true;
  if (/not our ref|unadvertised object|(?:no such|couldn't find) remote ref/i.test(result.stderr))
    return false;
  throw gitFailure(args, result);
}

/** The first of two commits that is missing, else where their histories meet. */
async function look(workspace: Workspace, headSha: string, baseSha: string) {
  const present = await presentOf(workspace, [headSha, baseSha]);
  const missing = [headSha, baseSha].find((sha) => !present.has(sha));
  const mergeBase =
    missing === undefined ? await findMergeBase(workspace, headSha, baseSha) : undefined;
  return { headSha, baseSha, missing, mergeBase };
}

/** The two commits; what is not named is what its ref points to since it was fetched. */
async function commitsOf(subject: Subject, workspace: Workspace) {
  const { head, base } = subject.pull_request;
  const refs = refsOf(subject);
  const fetched = async (ref: string) => (await runGit(workspace, ["rev-parse", ref])).trim();
  return {
    headSha: head.sha ?? (await fetched(refs.head)),
    baseSha: base.sha ?? (await fetched(refs.base)),
  };
}

/** Lets the refs name these commits, whatever they were fetched by. */
async function keep(subject: Subject, workspace: Workspace, fetched: Fetched): Promise<Fetched> {
  const { head, base } = refsOf(subject);
  const updates = [`update ${head} ${fetched.headSha}`, `update ${base} ${fetched.baseSha}`];
  const stdin = updates.map((update) => `${update}\n`).join("");
  await runGit(workspace, ["update-ref", "--stdin"], { stdin });
  return fetched;
}

function gone(sha: string): CicdError {
  return new CicdError("repository_unavailable", `Cannot fetch commit ${sha}: it is not there`, {
    hint: "The branch was pushed again or deleted since; the next push is reviewed by itself",
  });
}
