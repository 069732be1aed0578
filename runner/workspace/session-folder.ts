import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { onDisk } from "./on-disk.ts";

/** What a session has on disk, absolute: no repository, so that none is found from within it. */
export interface SessionFolder {
  /** The files of the head. */
  readonly tree: string;
  /** What git knows of them. */
  readonly index: string;
}

/** Makes a session's folder where it is missing. @throws CicdError `store_unavailable`. */
export async function layOutSession(folder: string): Promise<SessionFolder> {
  const { tree, index } = pathsOf(folder);
  return await onDisk(folder, async () => {
    await makeTree(tree);
    // Nobody else works here: what holds the lock was killed.
    await rm(`${index}.lock`, { force: true });
    return { tree, index };
  });
}

/** Deletes the index and what the tree holds; the tree itself stays, a process may live in it. */
export async function emptySession(folder: string): Promise<void> {
  const { tree, index } = pathsOf(folder);
  await onDisk(folder, async () => {
    await rm(index, { recursive: true, force: true });
    const entries = await readdir(tree).catch(() => []);
    for (const entry of entries) await rm(join(tree, entry), { recursive: true, force: true });
  });
}

function pathsOf(folder: string): SessionFolder {
  return { tree: resolve(folder, "tree"), index: resolve(folder, "index") };
}

/** A tree that is a real folder and no repository: git itself would leave a `.git` there alone. */
async function makeTree(tree: string): Promise<void> {
  const stat = await lstat(tree).catch(() => undefined);
  if (stat !== undefined && !stat.isDirectory()) await rm(tree);
  await mkdir(tree, { recursive: true, mode: 0o700 });
  await rm(join(tree, ".git"), { recursive: true, force: true });
}
