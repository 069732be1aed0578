import { CicdError } from "#shared/error.ts";
import type { Subject } from "../subject.ts";
import { type ChangeSet, readChangeSet, type ShownOptions } from "./change-set.ts";
import { type ChangedLines, readChangedLines } from "./changed-lines.ts";
import { checkSize } from "./checkout-size.ts";
import { fetchCommits, fetchEarlier } from "./fetch.ts";
import { runGit, tryGit } from "./git.ts";
import type { GitOptions, Workspace } from "./git-options.ts";
import { type Guidance, readGuidance } from "./guidance.ts";
import { joinPacks } from "./join-packs.ts";
import type { Mirror } from "./mirror.ts";
import type { Mirrors } from "./mirrors.ts";
import { atMostEach, type Progress } from "./progress.ts";
import { emptySession, layOutSession } from "./session-folder.ts";
import { readSince, type Since } from "./since.ts";

/** What {@link prepareCheckout} is about to do; it waits for a fetch of somebody else. */
type CheckoutStep = "wait" | "fetch" | "checkout" | "diff";

/** How a checkout is made. */
export interface CheckoutOptions extends ShownOptions {
  /** The session's own folder: kept between pushes, and not used by anything else meanwhile. */
  readonly folder: string;
  /** Where the commits are kept, for all sessions. */
  readonly mirrors: Mirrors;
  readonly git: GitOptions;
  readonly signal: AbortSignal;
  /** How much room the files may take; default: any. */
  readonly maxCheckoutBytes?: number;
  /** The head that was reviewed last: what changed since is read too. */
  readonly reviewedSha?: string | undefined;
  /** Called before each step; a repair begins again with the first. */
  readonly onStep?: (step: CheckoutStep) => void;
  /** How far a long fetch is, at most once a second. */
  readonly onProgress?: (progress: Progress) => void;
}

/** The head of a pull request on disk, and what it changes since the merge base. */
export interface Checkout extends ChangeSet {
  /** The files of the head, absolute; the path stays the same for ever. Holds no `.git`. */
  readonly tree: string;
  readonly headSha: string;
  /** The commit that the diff starts from: the base itself when the histories share none. */
  readonly mergeBase: string;
  /** What changed since the head that was reviewed last; undefined when none was, or it is the same. */
  readonly since: Since | undefined;
  /** The lines that differ from the merge base, also of files that are not in the diff. */
  readonly changedLines: ChangedLines;
  /** What the base branch says to those who review. */
  readonly guidance: readonly Guidance[];
}

const progressInterval = 1000;

/**
 * Brings the head of a pull request into `<folder>/tree`, at the very commit that is named where one
 * is, and reads what it changes. The commits come from the repository's mirror, where only what is new
 * has to be fetched. What does not work any more is made again: first the session's own files, then
 * the mirror, when git finds it damaged.
 * @throws CicdError `repository_refused`, `repository_unavailable`, `config_invalid` (no git),
 * `store_unavailable` (the disk), `internal`; the signal's reason when it aborts.
 */
export async function prepareCheckout(
  subject: Subject,
  options: CheckoutOptions,
): Promise<Checkout> {
  const { folder, signal } = options;
  signal.throwIfAborted();
  const mirror = options.mirrors.of(subject);
  using _use = mirror.use();
  try {
    return await attempt(subject, mirror, options);
  } catch (error) {
    if (!isTrouble(error)) throw error;
  }
  await emptySession(folder);
  const { generation } = mirror;
  try {
    return await attempt(subject, mirror, options);
  } catch (error) {
    if (!isTrouble(error) || !(await isDamaged(mirror, options))) throw error;
  }
  await mirror.discard(generation);
  return await attempt(subject, mirror, options);
}

async function attempt(
  subject: Subject,
  mirror: Mirror,
  options: CheckoutOptions,
): Promise<Checkout> {
  const { signal, maxCheckoutBytes = Number.POSITIVE_INFINITY, reviewedSha } = options;
  const { onStep = () => {}, onProgress = () => {} } = options;
  const workspace = await workspaceOf(mirror, options);
  const fetch = async () => {
    onStep("fetch");
    const receive = atMostEach(progressInterval, onProgress);
    const commits = await fetchCommits(subject, workspace, receive);
    const earlier = reviewedSha === commits.headSha ? undefined : reviewedSha;
    if (earlier !== undefined) await fetchEarlier(subject, workspace, earlier);
    await joinPacks(workspace);
    return { ...commits, earlier };
  };
  const { earlier, ...fetched } = await mirror.change(fetch, {
    signal,
    onWait: () => onStep("wait"),
  });
  const { headSha, mergeBase, baseSha } = fetched;
  onStep("checkout");
  await checkSize(workspace, headSha, maxCheckoutBytes);
  // Also what an agent changed, added or deleted in the tree is put right.
  await runGit(workspace, ["read-tree", "--reset", "-u", headSha]);
  await runGit(workspace, ["clean", "--quiet", "-ffdx"]);
  onStep("diff");
  const [changes, changedLines, guidance] = await Promise.all([
    readChangeSet(workspace, [mergeBase, headSha], options),
    readChangedLines(workspace, mergeBase, headSha),
    readGuidance(workspace, baseSha),
  ]);
  const whole = { ...fetched, ...changes };
  const since =
    earlier === undefined
      ? undefined
      : await readSince(workspace, [earlier, headSha], whole, options);
  return { tree: workspace.tree, headSha, mergeBase, ...changes, changedLines, since, guidance };
}

async function workspaceOf(
  { gitDir }: Mirror,
  { folder, git, signal }: Pick<CheckoutOptions, "folder" | "git" | "signal">,
): Promise<Workspace> {
  return { gitDir, ...(await layOutSession(folder)), options: git, signal };
}

/** Trouble that has no other name lies on the disk: a lock or half of a file left by a kill. */
function isTrouble(error: unknown): boolean {
  return error instanceof CicdError && error.code === "internal";
}

/** Asks git whether a mirror is whole; one that it can't tell about in time is not. */
async function isDamaged(mirror: Mirror, options: CheckoutOptions): Promise<boolean> {
  const { signal } = options;
  const workspace = await workspaceOf(mirror, options);
  const check = () => tryGit(workspace, ["fsck", "--no-dangling", "--no-progress"]);
  try {
    return (await mirror.change(check, { signal })).exitCode !== 0;
  } catch {
    signal.throwIfAborted();
    return true;
  }
}
