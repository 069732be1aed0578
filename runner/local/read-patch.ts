import { parsePatch, type StructuredPatch } from "diff";
import { CicdError, reasonOf } from "#shared/error.ts";
import type { ChangedLines, Hunk } from "../workspace/changed-lines.ts";
import type { ChangedFile } from "../workspace/changes.ts";

/** One file of a patch that was given as text. */
export interface PatchedFile {
  readonly file: ChangedFile;
  readonly hunks: readonly Hunk[];
  readonly patch: StructuredPatch;
}

/** What `git format-patch` ends with: it would be read as a line of the last hunk. */
const signature = /^-- \r?\n[\d.]+[^\n]*$/gm;

/** A hunk of `git show` for a merge, or of `git diff` amid one: no parser of unified diffs sees it. */
const combined = /^@@@+ -\d/m;

/**
 * Reads a unified diff, of git or of `diff -u`. Every hunk must have the lines that it announces,
 * since findings are anchored by counting them.
 * @throws CicdError `invalid_request`, naming the line of a hunk that is broken.
 */
export function readPatch(text: string): readonly PatchedFile[] {
  if (text.trim() === "") return [];
  if (combined.test(text)) {
    throw new CicdError("invalid_request", "Cannot read diff: it is the combined one of a merge", {
      hint: "Compare with one parent: git diff HEAD^1 HEAD",
    });
  }
  const files = parse(text.replaceAll(signature, "")).flatMap(toFile);
  if (files.length > 0) return files;
  throw new CicdError("invalid_request", "Cannot read diff: there is no changed file in it", {
    hint,
  });
}

const hint = "Give a unified diff, as `git diff` and `diff -u` write it";

/** The hunks of all files by their paths, for placing findings. */
export function linesOf(files: readonly PatchedFile[]): ChangedLines {
  return new Map(files.map(({ file, hunks }) => [file.path, hunks]));
}

function parse(text: string): StructuredPatch[] {
  try {
    return parsePatch(text);
  } catch (cause) {
    const why = reasonOf(cause);
    throw new CicdError("invalid_request", `Cannot read diff: ${why}`, { cause, hint });
  }
}

function toFile(patch: StructuredPatch): PatchedFile[] {
  const { oldFileName, newFileName, hunks } = patch;
  if (oldFileName === undefined || newFileName === undefined) return [];
  const before = pathOf(oldFileName, "a/");
  const after = pathOf(newFileName, "b/");
  const path = after ?? before;
  if (path === undefined) return [];
  const file: ChangedFile = {
    path,
    ...(patch.isRename && before !== undefined && { previousPath: before }),
    status: statusOf(patch, { isNew: before === undefined, isGone: after === undefined }),
    ...(patch.isBinary
      ? { additions: null, deletions: null }
      : { additions: count(patch, "+"), deletions: count(patch, "-") }),
  };
  return [{ file, hunks: after === undefined ? [] : hunks.map(toHunk), patch }];
}

/** Without the prefix that git puts before it; undefined for a side that does not exist. */
function pathOf(name: string, prefix: "a/" | "b/"): string | undefined {
  if (name === "/dev/null") return undefined;
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

function statusOf(
  { isRename, isCreate, isDelete }: StructuredPatch,
  { isNew, isGone }: { isNew: boolean; isGone: boolean },
): ChangedFile["status"] {
  if (isRename) return "renamed";
  if (isDelete || isGone) return "deleted";
  return isCreate || isNew ? "added" : "modified";
}

function count({ hunks }: StructuredPatch, sign: "+" | "-"): number {
  return hunks.flatMap(({ lines }) => lines.filter((line) => line.startsWith(sign))).length;
}

function toHunk({ newStart, newLines, lines }: StructuredPatch["hunks"][number]): Hunk {
  let line = newStart;
  const changed: { line: number; text: string }[] = [];
  for (const content of lines) {
    const sign = content.slice(0, 1);
    if (sign === "-" || sign === "\\") continue;
    if (sign === "+") changed.push({ line, text: content.slice(1, 1 + longestText) });
    line += 1;
  }
  return { from: newStart, to: newStart + newLines - 1, changed };
}

/** How much of a line is kept. */
const longestText = 200;
