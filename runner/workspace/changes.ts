import { runGit } from "./git.ts";
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
}

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
  const diff = ["diff-tree", "-r", "-z", "-M", "--no-ext-diff", "--no-textconv"];
  const [names, numbers] = await Promise.all([
    runGit(workspace, [...diff, "--name-status", from, to]),
    runGit(workspace, [...diff, "--numstat", from, to]),
  ]);
  const counts = parseNumbers(numbers);
  return parseNames(names).map((file) => ({
    ...file,
    ...(counts.get(file.path) ?? { additions: null, deletions: null }),
  }));
}

/** `M\0path\0` or `R100\0old\0new\0`, again and again. */
function parseNames(output: string): Pick<ChangedFile, "path" | "previousPath" | "status">[] {
  const fields = output.split("\0").values();
  const files: Pick<ChangedFile, "path" | "previousPath" | "status">[] = [];
  for (const code of fields) {
    const status = statuses[code.charAt(0)] ?? "modified";
    const path = fields.next().value;
    if (path === undefined) break;
    if (status !== "renamed") files.push({ path, status });
    else files.push({ previousPath: path, path: fields.next().value ?? path, status });
  }
  return files;
}

/** `3\t1\tpath\0`, or `3\t1\t\0old\0new\0` for a renamed file; `-` stands for a binary one. */
function parseNumbers(output: string): Map<string, Pick<ChangedFile, "additions" | "deletions">> {
  const fields = output.split("\0").values();
  const counts = new Map<string, Pick<ChangedFile, "additions" | "deletions">>();
  for (const field of fields) {
    const [, added, deleted, name] = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(field) ?? [];
    if (added === undefined || deleted === undefined) continue;
    if (name === "") fields.next();
    const path = name || fields.next().value;
    if (path) counts.set(path, { additions: toCount(added), deletions: toCount(deleted) });
  }
  return counts;
}

function toCount(text: string): number | null {
  return text === "-" ? null : Number(text);
}
