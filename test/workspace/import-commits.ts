/** What a path becomes in a commit; null deletes it. */
export type Content =
  | string
  | Uint8Array
  | { readonly symlink: string }
  /** The commit of another repository that a submodule is at. */
  | { readonly submodule: string }
  | null;

/** Contents by path, with slashes. */
export type Files = Readonly<Record<string, Content>>;

/** A row of commits, each the parent of the next. */
export interface CommitRow {
  readonly branch: string;
  readonly parent: string | null;
  readonly commits: readonly { readonly message: string; readonly files: Files }[];
}

type Git = (args: readonly string[], input: Uint8Array) => Promise<string>;

/** Makes all commits in one process, and resolves to the id of the last. */
export async function importCommits(git: Git, row: CommitRow): Promise<string> {
  const ref = `refs/heads/${row.branch}`;
  const parts: (string | Uint8Array)[] = [];
  // Without this, a branch that is there would be the parent, or could not be moved elsewhere.
  if (row.parent === null) parts.push(`reset ${ref}\n`);
  for (const [index, { message, files }] of row.commits.entries()) {
    parts.push(`commit ${ref}\nmark :1\ncommitter Mona <mona@example.com> ${date} +0000\n`);
    parts.push(...data(message));
    if (index === 0 && row.parent !== null) parts.push(`from ${row.parent}\n`);
    for (const [path, content] of Object.entries(files)) parts.push(...change(path, content));
  }
  parts.push("get-mark :1\ndone\n");
  const stream = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return await git(["fast-import", "--quiet", "--force", "--done"], stream);
}

/** 2026-01-02: the same files make the same ids in each run. */
const date = Date.UTC(2026, 0, 2) / 1000;

function change(path: string, content: Content): (string | Uint8Array)[] {
  const name = quote(path);
  if (content === null) return [`D ${name}\n`];
  if (typeof content === "string" || content instanceof Uint8Array) {
    return [`M 100644 inline ${name}\n`, ...data(content)];
  }
  if ("submodule" in content) return [`M 160000 ${content.submodule} ${name}\n`];
  return [`M 120000 inline ${name}\n`, ...data(content.symlink)];
}

function data(content: string | Uint8Array): (string | Uint8Array)[] {
  const bytes = Buffer.from(content);
  return [`data ${bytes.length}\n`, bytes, "\n"];
}

function quote(path: string): string {
  return `"${path.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
