import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { tryGit } from "./git.ts";
import type { Workspace } from "./git-options.ts";

/** Each fetch brings a pack, and git looks for an object in one after the other. */
const mostPacks = 50;

/**
 * Joins the small packs of a mirror when there are many; nothing is dropped. Call it in a turn.
 * It need not succeed: the next one tries again.
 */
export async function joinPacks(workspace: Workspace): Promise<void> {
  const names = await readdir(join(workspace.gitDir, "objects", "pack")).catch(() => []);
  if (names.filter((name) => name.endsWith(".pack")).length <= mostPacks) return;
  await tryGit(workspace, ["repack", "-d", "--quiet", "--geometric=2"]);
}
