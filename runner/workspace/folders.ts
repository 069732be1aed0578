import { lstat, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CicdError } from "#shared/error.ts";

/** The two folders of a workspace, absolute. */
export interface Folders {
  readonly gitDir: string;
  readonly tree: string;
  /** The git dir was there before. */
  readonly reused: boolean;
}

/**
 * Attributes of the repository that would change a file on its way to the disk, run a filter, or
 * hide a text file from the diff are taken back for every path: this file wins over all others.
 */
const attributes = "* -text -ident !eol !working-tree-encoding !filter !diff\n";

/** What would lead git to another configuration or to other objects. */
const strays = ["config.worktree", "commondir", join("objects", "info", "alternates")];

/**
 * Makes the folders where they are missing. What configures git in the git dir is written anew each
 * time, so that nothing that another process of this user put there has an effect.
 * @throws CicdError `store_unavailable` when the disk refuses.
 */
export async function layOut(folder: string, sha: string): Promise<Folders> {
  const { gitDir, tree } = foldersOf(folder);
  return await onDisk(folder, async () => {
    const reused = await exists(gitDir);
    await Promise.all([
      mkdir(join(gitDir, "objects"), { recursive: true, mode: 0o700 }),
      mkdir(join(gitDir, "refs"), { recursive: true, mode: 0o700 }),
      mkdir(join(gitDir, "info"), { recursive: true, mode: 0o700 }),
    ]);
    await Promise.all([
      writeFile(join(gitDir, "HEAD"), "ref: refs/heads/none\n"),
      writeFile(join(gitDir, "config"), configFor(sha)),
      writeFile(join(gitDir, "info", "attributes"), attributes),
      ...strays.map((name) => rm(join(gitDir, name), { recursive: true, force: true })),
    ]);
    await makeTree(tree);
    return { gitDir, tree, reused };
  });
}

/** Deletes the git dir and what the tree holds; the tree itself stays, a process may live in it. */
export async function discardGitDir(folder: string): Promise<void> {
  const { gitDir, tree } = foldersOf(folder);
  await onDisk(folder, async () => {
    await rm(gitDir, { recursive: true, force: true });
    const entries = await readdir(tree);
    for (const entry of entries) await rm(join(tree, entry), { recursive: true, force: true });
  });
}

/** Deletes the whole folder. */
export async function removeFolder(folder: string): Promise<void> {
  await onDisk(folder, () => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
}

function foldersOf(folder: string) {
  return { gitDir: resolve(folder, "git"), tree: resolve(folder, "tree") };
}

/** A tree that is a real folder and no repository: git itself would leave a `.git` there alone. */
async function makeTree(tree: string): Promise<void> {
  const stat = await lstat(tree).catch(() => undefined);
  if (stat !== undefined && !stat.isDirectory()) await rm(tree);
  await mkdir(tree, { recursive: true, mode: 0o700 });
  await rm(join(tree, ".git"), { recursive: true, force: true });
}

/** The least that makes a folder a repository; a SHA-256 one shows by the length of its ids. */
function configFor(sha: string): string {
  return sha.length === 64
    ? "[core]\n\trepositoryformatversion = 1\n\tbare = false\n[extensions]\n\tobjectFormat = sha256\n"
    : "[core]\n\trepositoryformatversion = 0\n\tbare = false\n";
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

async function onDisk<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CicdError("store_unavailable", `Cannot write workspace ${folder}: ${why}`, {
      cause,
      hint: "The folder must lie on a disk with free space that this user can write",
    });
  }
}
