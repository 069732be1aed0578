import { runGit } from "./git.ts";
import type { Workspace } from "./git-options.ts";

/** A commit that a patch makes. */
export interface CommitOfPatch {
  readonly headSha: string;
  /** A unified diff that applies to the head. */
  readonly patch: string;
  /** One line of ours. */
  readonly message: string;
}

/** Nobody's address, so that no forge takes the commit for somebody's. */
const author = "cicd-runner <noreply@cicd-runner.invalid>";

/**
 * Makes the commit of a patch on top of a head that the index holds. It has the head's time: the same
 * patch makes the same commit, whoever makes it and whenever.
 * @returns its id.
 * @throws CicdError as `runGit` does.
 */
export async function commitPatch(
  workspace: Workspace,
  { headSha, patch, message }: CommitOfPatch,
): Promise<string> {
  await runGit(workspace, ["apply", "--cached", "-"], { stdin: patch });
  const tree = (await runGit(workspace, ["write-tree"])).trim();
  const told = await runGit(workspace, ["show", "--no-patch", "--format=%ct", headSha]);
  const when = `${/^\d{1,12}$/.test(told.trim()) ? told.trim() : "0"} +0000`;
  const lines = [
    `tree ${tree}`,
    `parent ${headSha}`,
    `author ${author} ${when}`,
    `committer ${author} ${when}`,
    "",
    message,
    "",
  ];
  const args = ["hash-object", "-t", "commit", "-w", "--stdin"];
  return (await runGit(workspace, args, { stdin: lines.join("\n") })).trim();
}
