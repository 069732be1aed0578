import { runGit } from "./git.ts";
import { plain } from "./git-diff.ts";
import type { Workspace } from "./git-options.ts";

/** A file that differs between two commits. Paths are from the root, with slashes. */
export interface ChangedFile {
  readonly path: string;
  /** Where a renamed file was before. */
  readonly previousPath?: string;
  readonly status: "added" | "modified" | "deleted" | "renamed" | "type changed";
  /** Lines; null for a binary file. */
  readonly additions: number | null;
  readonly deletions: number | null;
  /** What it is besides a plain file. */
  readonly kind?: "symbolic link" | "submodule" | "LFS pointer";
}

type Named = Pick<ChangedFile, "path" | "previousPath" | "status" | "kind">;

const kinds: Readonly<Record<string, ChangedFile["kind"]>> = {
  "120000": "symbolic link",
  "160000": "submodule",
};

const statuses: Readonly<Record<string, ChangedFile["status"]>> = {
  A: "added",
  M: "modified",
  D: "deleted",
  R: "renamed",
  T: "type changed",
};

/** The files that differ between two commits, in git's order; renames are detected. */
export async function listChanges(
  workspace: Workspace,
  from: string,
  to: string,
): Promise<ChangedFile[]> {
  const options = ["-r", "-z", "-M", "--raw", "--numstat", ...plain];
  return parseChanges(await runGit(workspace, ["diff-tree", ...options, from, to]));
}

/**
 * Reads the output of `git diff-tree -r -z --raw --numstat`: first `:<modes and ids> M\0path\0` for
 * every file, then, in the same order, `3\t1\tpath\0`. A renamed file is `R100\0old\0new\0` and
 * `3\t1\t\0old\0new\0`; `-` counts the lines of a binary one.
 */
function parseChanges(output: string): ChangedFile[] {
  const fields = output.split("\0").values();
  const named: Named[] = [];
  const files: ChangedFile[] = [];
  for (const field of fields) {
    if (field.startsWith(":")) named.push(readName(field, fields));
    const [, added, deleted, path] = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(field) ?? [];
    if (added === undefined || deleted === undefined) continue;
    if (path === "") {
      fields.next();
      fields.next();
    }
    const name = named[files.length];
    if (name === undefined) break;
    files.push({ ...name, additions: toCount(added), deletions: toCount(deleted) });
  }
  return files;
}

function readName(code: string, fields: Iterator<string, undefined>): Named {
  const [modeBefore = "", mode = "", , , letter = ""] = code.slice(1).split(" ");
  const status = statuses[letter.slice(0, 1)] ?? "modified";
  const kind = kinds[status === "deleted" ? modeBefore : mode];
  const named = { status, ...(kind !== undefined && { kind }) };
  const path = fields.next().value ?? "";
  if (status !== "renamed") return { path, ...named };
  return { previousPath: path, path: fields.next().value ?? "", ...named };
}

function toCount(text: string): number | null {
  return text === "-" ? null : Number(text);
}
