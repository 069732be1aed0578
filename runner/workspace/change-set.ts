import { posix } from "node:path";
import type { OmittedFile } from "#shared/task.ts";
import { type ChangedFile, listChanges } from "./changes.ts";
import { readDiff } from "./diff.ts";
import type { Workspace } from "./git-options.ts";

/** What of a change is shown. */
export interface ShownOptions {
  /** How much of a diff is kept, in bytes; default 400 KiB. */
  readonly maxDiffBytes?: number;
  /** Lines around each change; default 3. */
  readonly contextLines?: number;
  /** Globs of the paths that no diff has; default none. */
  readonly exclude?: readonly string[];
}

/** What differs between two commits. */
export interface ChangeSet {
  /** Every changed file, sorted by path as git sorts. */
  readonly files: readonly ChangedFile[];
  /** Unified, of whole files; bytes that are no UTF-8 are replaced. */
  readonly diff: string;
  /** The size of the diff, with what there was no room for. */
  readonly diffBytes: number;
  /** The files that changed and are not in the diff. */
  readonly omitted: readonly OmittedFile[];
}

/** Reads what differs between two commits, in files that count. */
export async function readChangeSet(
  workspace: Workspace,
  [from, to]: readonly [from: string, to: string],
  { maxDiffBytes = 400 * 1024, contextLines = 3, exclude = [] }: ShownOptions,
  counts: (file: ChangedFile) => boolean = () => true,
): Promise<ChangeSet> {
  const all = await listChanges(workspace, from, to);
  const isExcluded = ({ path }: ChangedFile) =>
    exclude.some((glob) => posix.matchesGlob(path, glob));
  const { tooLarge, pointers, diff, diffBytes } = await readDiff(workspace, {
    ...{ from, to, contextLines },
    files: all,
    isWanted: (file) => counts(file) && !isExcluded(file),
    maxBytes: maxDiffBytes,
  });
  const files = all.filter(counts).map((file): ChangedFile => {
    return pointers.has(file.path) ? { ...file, kind: "LFS pointer" } : file;
  });
  const omitted = [
    ...files.filter(isExcluded).map(({ path }) => ({ path, reason: "excluded" as const })),
    ...tooLarge.map((path) => ({ path, reason: "too_large" as const })),
  ];
  return { files, diff, diffBytes, omitted };
}
