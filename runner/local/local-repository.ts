import { execa } from "execa";
import { CicdError } from "#shared/error.ts";

/** The git repository that somebody works in. */
export interface LocalRepository {
  /** Where its files are, absolute. */
  readonly root: string;
  /** The commit that a name stands for; undefined when it stands for none. */
  commit(name: string): Promise<string | undefined>;
  /** The first commit of both histories; undefined when they share none. */
  mergeBase(one: string, other: string): Promise<string | undefined>;
  /** The branch of `origin` that pull requests go into, such as `main`, as far as git has noted it. */
  notedDefaultBranch(): Promise<string | undefined>;
  /** The same; asks the server where git has not noted it. */
  defaultBranch(): Promise<string | undefined>;
  /** The URL of the remote `origin`. */
  origin(): Promise<string | undefined>;
  /** What a ref of `origin` points to; asks the server. */
  remoteRef(ref: string): Promise<string | undefined>;
  /** The messages of the commits between two, oldest first. */
  messages(from: string, to: string): Promise<string>;
}

/**
 * Opens the repository that a folder is in, with the git and the settings of whoever asks.
 * @throws CicdError `invalid_request` when it is in none, `config_invalid` without git.
 */
export async function openLocalRepository(
  folder: string,
  signal: AbortSignal,
): Promise<LocalRepository> {
  const run = async (args: readonly string[]) => {
    const { failed, exitCode, stdout, cause } = await execa("git", args, {
      cwd: folder,
      env: { GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" },
      reject: false,
      cancelSignal: signal,
    });
    signal.throwIfAborted();
    if (exitCode === undefined) {
      const why = cause instanceof Error ? cause.message : "it did not start";
      throw new CicdError("config_invalid", `Cannot run git: ${why}`, { cause });
    }
    return failed ? undefined : stdout.trim();
  };
  const notedDefaultBranch = async () => {
    const ref = await run(["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"]);
    return ref?.replace(/^refs\/remotes\/origin\//, "");
  };
  const root = await run(["rev-parse", "--show-toplevel"]);
  if (root === undefined || root === "") {
    throw new CicdError("invalid_request", `Cannot review: ${folder} is in no git repository`, {
      hint: "Go to one, or give the change with --diff",
    });
  }
  return {
    root,
    // A name is never an option: git takes what follows this one for a revision.
    commit: (name) =>
      run(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]),
    mergeBase: (one, other) => run(["merge-base", one, other]),
    notedDefaultBranch,
    defaultBranch: async () => {
      const noted = await notedDefaultBranch();
      if (noted !== undefined) return noted;
      const told = await run(["ls-remote", "--symref", "origin", "HEAD"]);
      return /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(told ?? "")?.[1];
    },
    origin: () => run(["remote", "get-url", "origin"]),
    remoteRef: async (ref) =>
      (await run(["ls-remote", "origin", ref]))?.split(/\s/)[0] || undefined,
    messages: async (from, to) =>
      (await run(["log", "--reverse", "--format=%B", "--max-count=50", `${from}..${to}`])) ?? "",
  };
}
