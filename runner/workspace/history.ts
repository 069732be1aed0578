import { tryGit } from "./git.ts";
import { gitFailure } from "./git-failure.ts";
import type { Workspace } from "./git-options.ts";

/** Where the histories of two commits meet; undefined when what is there of them does not. */
export async function findMergeBase(
  workspace: Workspace,
  one: string,
  other: string,
): Promise<string | undefined> {
  const args = ["merge-base", one, other];
  const result = await tryGit(workspace, args);
  if (result.exitCode > 1) throw gitFailure(args, result);
  return result.exitCode === 0 ? result.stdout.trim() : undefined;
}

/** Whether one commit comes before another; false too when it is not there. */
export async function isAncestor(
  workspace: Workspace,
  ancestor: string,
  descendant: string,
): Promise<boolean> {
  const isThere = await tryGit(workspace, ["cat-file", "-e", `${ancestor}^{commit}`]);
  if (isThere.exitCode !== 0) return false;
  const args = ["merge-base", "--is-ancestor", ancestor, descendant];
  const result = await tryGit(workspace, args);
  if (result.exitCode > 1) throw gitFailure(args, result);
  return result.exitCode === 0;
}
