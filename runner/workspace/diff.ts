import { CicdError } from "#shared/error.ts";
import type { ChangedFile } from "./changes.ts";
import { runGit } from "./git.ts";
import { plain } from "./git-diff.ts";
import type { Workspace } from "./git-options.ts";
import { Sections } from "./sections.ts";

/** What is read of a diff. */
export interface DiffOptions {
  readonly from: string;
  readonly to: string;
  /** All files that differ between the two, as `listChanges` has them. */
  readonly files: readonly ChangedFile[];
  /** Whether a file is to be in the diff; the paths of those that are too large are told of. */
  readonly isWanted: (file: ChangedFile) => boolean;
  readonly maxBytes: number;
  readonly contextLines: number;
}

/** A diff, or as many whole files of it as there is room for. */
export interface Diff {
  /** Unified; bytes that are no UTF-8 are replaced. */
  readonly diff: string;
  /** The size of all wanted files, with those that there was no room for. */
  readonly diffBytes: number;
  /** The files that there was no room for. */
  readonly tooLarge: readonly string[];
  /** The files whose content lies in Git LFS: the repository has a pointer. */
  readonly pointers: ReadonlySet<string>;
}

/** A pointer is smaller than this, and so is what changes in one. */
const pointerBytes = 4096;
const isPointer = /^[+ ]version https:\/\/git-lfs\.github\.com\/spec\/v1\r?$/m;

/** Reads the diff between two commits, smallest files first when there is not room for all. */
export async function readDiff(workspace: Workspace, options: DiffOptions): Promise<Diff> {
  const { from, to, files, isWanted, maxBytes, contextLines } = options;
  // A file that became a link, or the other way round, is deleted and added.
  const owners = files.flatMap((file) => (file.status === "type changed" ? [file, file] : [file]));
  const wanted = owners.map(isWanted);
  const sections = new Sections(maxBytes, (index) => wanted[index] ?? false);
  const args = ["-r", "-p", "-M", `-U${contextLines}`, ...plain];
  await runGit(workspace, ["diff-tree", ...args, from, to, "--"], {
    onOutput: (chunk) => sections.read(chunk),
  });
  const { count, kept } = sections.end();
  if (count !== owners.length) {
    const why = `it has ${count} sections for ${owners.length}`;
    throw new CicdError("internal", `Cannot read diff from ${from} to ${to}: ${why}`);
  }
  const texts: string[] = [];
  const tooLarge = new Set<string>();
  const pointers = new Set<string>();
  for (const [index, { path }] of owners.entries()) {
    const section = kept.get(index);
    if (section === undefined) {
      if (wanted[index]) tooLarge.add(path);
      continue;
    }
    const text = section.toString("utf8");
    texts.push(text);
    if (text.length < pointerBytes && isPointer.test(text)) pointers.add(path);
  }
  const diffBytes = sections.wantedBytes;
  return { diff: texts.join(""), diffBytes, tooLarge: [...tooLarge], pointers };
}
