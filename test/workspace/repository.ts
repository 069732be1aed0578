import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { type Files, importCommits } from "./import-commits.ts";

/** One commit to make. */
export interface NewCommit {
  /** What changes against the parent, by path. */
  readonly files: Files;
  readonly message?: string;
  /** The branch that the commit is put on; default `main`. It is made where it is missing. */
  readonly branch?: string;
  /** The parent: default the tip of the branch; null for a commit without one. */
  readonly from?: string | null;
}

/** A real, bare git repository in a folder. It is gone when its folder is. */
export interface TestRepository {
  readonly folder: string;
  /** `file://...`, for `clone_url`. */
  readonly url: string;
  /** Makes a commit, moves the branch to it, and resolves to its id. */
  commit(commit: NewCommit): Promise<string>;
  /** Adds this many commits to a branch, each changing `count.txt`; resolves to the last id. */
  grow(count: number, branch?: string): Promise<string>;
  /** Lets a ref, such as `refs/pull/7/head`, point to a commit; undefined deletes the ref. */
  setRef(ref: string, sha: string | undefined): Promise<void>;
  /** Runs any git command in the repository; resolves to its output without the last line end. */
  git(args: readonly string[], input?: string | Uint8Array): Promise<string>;
}

/** How a repository is made. */
export interface RepositoryOptions {
  /** Which hash makes the ids; default `sha1`. */
  readonly objectFormat?: "sha1" | "sha256";
}

/** Makes an empty repository; the folder may be missing. */
export async function createRepository(
  folder: string,
  { objectFormat = "sha1" }: RepositoryOptions = {},
): Promise<TestRepository> {
  const git = async (args: readonly string[], input: string | Uint8Array = "") => {
    const { stdout } = await execa("git", args, {
      env: { ...environment, GIT_DIR: folder },
      input,
    });
    return stdout;
  };
  const tip = async (branch: string) =>
    (await git(["for-each-ref", "--format=%(objectname)", `refs/heads/${branch}`])) || null;

  const format = `--object-format=${objectFormat}`;
  await git(["init", "--quiet", "--bare", "--initial-branch=main", format, folder]);
  return {
    folder,
    url: pathToFileURL(folder).href,
    git,
    commit: async ({ files, message = "A change", branch = "main", from }) => {
      const parent = from === undefined ? await tip(branch) : from;
      return await importCommits(git, { branch, parent, commits: [{ message, files }] });
    },
    grow: async (count, branch = "main") => {
      const commits = Array.from({ length: count }, (_, index) => ({
        message: `Number ${index}`,
        files: { "count.txt": `${index}\n` },
      }));
      return await importCommits(git, { branch, parent: await tip(branch), commits });
    },
    setRef: async (ref, sha) => {
      await git(["update-ref", ...(sha === undefined ? ["-d", ref] : [ref, sha])]);
    },
  };
}

/** No configuration of the machine has a say. */
const environment = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Mona",
  GIT_AUTHOR_EMAIL: "mona@example.com",
  GIT_COMMITTER_NAME: "Mona",
  GIT_COMMITTER_EMAIL: "mona@example.com",
};
