import { runGit } from "./git.ts";
import type { Workspace } from "./git-options.ts";

/** What a repository says to those who review it. */
export interface Guidance {
  /** From the root, with slashes. */
  readonly path: string;
  /** As much of it as is kept. */
  readonly text: string;
  readonly isCut: boolean;
}

const paths = [".cicd-runner/review.md", "AGENTS.md", "CLAUDE.md"];
/** How much of each is kept. */
const maxBytes = 16 * 1024;

/**
 * Reads the instruction files of a commit that the pull request can't have changed: the tip of its
 * base. Files alone: a symbolic link says nothing.
 */
export async function readGuidance(workspace: Workspace, baseSha: string): Promise<Guidance[]> {
  const listed = await runGit(workspace, ["ls-tree", "-z", "--full-tree", baseSha, ...paths]);
  const found: Guidance[] = [];
  for (const entry of listed.split("\0")) {
    const [, id, path] = /^100(?:644|755) blob ([0-9a-f]+)\t(.+)$/s.exec(entry) ?? [];
    if (id === undefined || path === undefined) continue;
    const { text, isCut } = await readBlob(workspace, id);
    if (text.trim() !== "") found.push({ path, text, isCut });
  }
  return found;
}

async function readBlob(workspace: Workspace, id: string) {
  const kept: Buffer[] = [];
  let bytes = 0;
  await runGit(workspace, ["cat-file", "blob", id], {
    onOutput: (chunk) => {
      if (bytes < maxBytes) kept.push(chunk.subarray(0, maxBytes - bytes));
      bytes += chunk.length;
    },
  });
  return { text: Buffer.concat(kept).toString("utf8"), isCut: bytes > maxBytes };
}
