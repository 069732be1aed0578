import { execa } from "execa";

/** How many objects a git dir holds, packed or loose. */
export async function objectCount(gitDir: string): Promise<number> {
  const { stdout } = await execa("git", ["count-objects", "-v"], { env: { GIT_DIR: gitDir } });
  const countOf = (key: string) => Number(new RegExp(`^${key}: (\\d+)$`, "m").exec(stdout)?.[1]);
  return countOf("count") + countOf("in-pack");
}
