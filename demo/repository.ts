import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import type { Push } from "./sample.ts";

/** A small git repository on disk, as a forge would keep one. */
export interface DemoRepository {
  /** Where git fetches from. */
  readonly url: string;
  /** Commits on top of what is there; returns the commit's id. */
  push(push: Push, branch: string): Promise<string>;
}

/** The environment of git: nobody's own settings, and an author that needs none. */
const environment = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "demo",
  GIT_AUTHOR_EMAIL: "demo@example.com",
  GIT_COMMITTER_NAME: "demo",
  GIT_COMMITTER_EMAIL: "demo@example.com",
};

/** Makes an empty repository in a folder. */
export async function createDemoRepository(folder: string): Promise<DemoRepository> {
  const git = async (...args: string[]) => {
    const { stdout } = await execa("git", args, { cwd: folder, env: environment });
    return stdout.trim();
  };
  await mkdir(folder, { recursive: true });
  await git("init", "--quiet", "--initial-branch=master");
  return {
    url: pathToFileURL(folder).href,
    push: async ({ message, files }, branch) => {
      await git("checkout", "--quiet", "-B", branch);
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), content);
      }
      await git("add", "--all");
      await git("commit", "--quiet", "--message", message);
      return await git("rev-parse", "HEAD");
    },
  };
}
