import { CicdError } from "#shared/error.ts";
import type { PullRequestEvent } from "#shared/event.ts";
import { type ChangedFile, listChanges } from "./changes.ts";
import { type Diff, readDiff } from "./diff.ts";
import { fetchCommits } from "./fetch.ts";
import { discardGitDir, layOut, removeFolder } from "./folders.ts";
import { runGit } from "./git.ts";
import type { GitOptions, Workspace } from "./git-options.ts";

/** What {@link prepareCheckout} is about to do. */
type CheckoutStep = "fetch" | "checkout" | "diff";

/** How a checkout is made. */
export interface CheckoutOptions {
  /** The session's own folder: kept between pushes, and not used by anything else meanwhile. */
  readonly folder: string;
  readonly git: GitOptions;
  readonly signal: AbortSignal;
  /** How much of the diff is kept; default 1 MiB. */
  readonly maxDiffBytes?: number;
  /** Called before each step; a repair begins again with the first. */
  readonly onStep?: (step: CheckoutStep) => void;
}

/** The head of a pull request on disk, and what it changes. */
export interface Checkout extends Diff {
  /** The files of the head, absolute; the path stays the same for ever. Holds no `.git`. */
  readonly tree: string;
  readonly headSha: string;
  /** The commit that the diff starts from: the base itself when the histories share none. */
  readonly mergeBase: string;
  /** Every changed file, sorted by path as git sorts. */
  readonly files: readonly ChangedFile[];
}

const defaultMaxDiffBytes = 1024 * 1024;

/**
 * Brings the head of a pull request into `<folder>/tree`, at the very commit that the event names,
 * and reads what it changes. The objects are kept in `<folder>/git`, so that the next push fetches
 * only what is new. A git dir that does not work any more is made again from nothing, once.
 * @throws CicdError `repository_refused`, `repository_unavailable`, `config_invalid` (no git),
 * `store_unavailable` (the disk), `internal`; the signal's reason when it aborts.
 */
export async function prepareCheckout(
  event: PullRequestEvent,
  options: CheckoutOptions,
): Promise<Checkout> {
  const { folder, git, signal } = options;
  signal.throwIfAborted();
  const { sha } = event.pull_request.head;
  const { gitDir, tree, reused } = await layOut(folder, sha);
  const workspace: Workspace = { gitDir, tree, options: git, signal };
  try {
    return await attempt(event, workspace, options);
  } catch (error) {
    if (!reused || !isDamage(error)) throw error;
    await discardGitDir(folder);
    await layOut(folder, sha);
    return await attempt(event, workspace, options);
  }
}

/** Deletes all that a session has on disk; a folder that is not there is no error. */
export async function removeCheckout(folder: string): Promise<void> {
  await removeFolder(folder);
}

async function attempt(
  event: PullRequestEvent,
  workspace: Workspace,
  { maxDiffBytes = defaultMaxDiffBytes, onStep = () => {} }: CheckoutOptions,
): Promise<Checkout> {
  const headSha = event.pull_request.head.sha;
  onStep("fetch");
  const mergeBase = await fetchCommits(event, workspace);
  onStep("checkout");
  // Also what an agent changed, added or deleted in the tree is put right.
  await runGit(workspace, ["read-tree", "--reset", "-u", headSha]);
  await runGit(workspace, ["clean", "--quiet", "-ffdx"]);
  onStep("diff");
  const files = await listChanges(workspace, mergeBase, headSha);
  const diff = await readDiff(workspace, { from: mergeBase, to: headSha, maxBytes: maxDiffBytes });
  return { tree: workspace.tree, headSha, mergeBase, files, ...diff };
}

/** Trouble that has no other name lies in the git dir: a lock or half of a file left by a kill. */
function isDamage(error: unknown): boolean {
  return error instanceof CicdError && error.code === "internal";
}
