import { type ChangeSet, readChangeSet, type ShownOptions } from "./change-set.ts";
import { type ChangedFile, listChanges } from "./changes.ts";
import type { Fetched } from "./fetch.ts";
import type { Workspace } from "./git-options.ts";
import { findMergeBase, isAncestor } from "./history.ts";

/**
 * What changed in a pull request since a commit of it: the changes, in the files of the pull request
 * alone where its base was merged in; or that the branch was rewritten, so that the head does not
 * come after that commit.
 */
export type Since =
  | (ChangeSet & { readonly kind: "changes"; readonly from: string; readonly merged: boolean })
  | { readonly kind: "rewritten"; readonly from: string };

/** Compares the head of a pull request with an earlier one. */
export async function readSince(
  workspace: Workspace,
  [from, head]: readonly [from: string, head: string],
  whole: Fetched & Pick<ChangeSet, "files">,
  shown: ShownOptions,
): Promise<Since> {
  if (!(await isAncestor(workspace, from, head))) return { kind: "rewritten", from };
  const { mergeBase, baseSha, files } = whole;
  const mergeBaseThen = await findMergeBase(workspace, from, baseSha);
  if (mergeBaseThen === mergeBase || mergeBaseThen === undefined) {
    const changes = await readChangeSet(workspace, [from, head], shown);
    return { kind: "changes", from, merged: false, ...changes };
  }
  // What came with the base is no part of the pull request, unless both changed the same file.
  const then = await listChanges(workspace, mergeBaseThen, from);
  const own = new Set([...files, ...then].flatMap(pathsOf));
  const changes = await readChangeSet(workspace, [from, head], shown, (file) =>
    pathsOf(file).some((path) => own.has(path)),
  );
  return { kind: "changes", from, merged: true, ...changes };
}

function pathsOf({ path, previousPath }: ChangedFile): string[] {
  return previousPath === undefined ? [path] : [path, previousPath];
}
