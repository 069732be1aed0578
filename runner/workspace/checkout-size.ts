import { CicdError } from "#shared/error.ts";
import { runGit } from "./git.ts";
import type { Workspace } from "./git-options.ts";

/** What a file takes at least, and in multiples of it. */
const block = 4096;

/**
 * Refuses a commit whose files would take too much room, before any of them is written.
 * @throws CicdError `repository_refused`.
 */
export async function checkSize(
  workspace: Workspace,
  sha: string,
  maxBytes: number,
): Promise<void> {
  const output = await runGit(workspace, ["ls-tree", "-r", "-l", "-z", sha]);
  let bytes = 0;
  for (const entry of output.split("\0")) {
    const size = Number(/^\d+ blob [0-9a-f]+ +(\d+)\t/.exec(entry)?.[1] ?? 0);
    bytes += Math.ceil(size / block) * block;
  }
  if (bytes <= maxBytes) return;
  const mb = (count: number) => `${Math.ceil(count / 1024 ** 2)} MB`;
  throw new CicdError(
    "repository_refused",
    `Cannot check out ${sha}: its files take ${mb(bytes)}, ${mb(maxBytes)} are allowed`,
    { hint: "Raise runner.max_checkout, if the disk of the runner has the room" },
  );
}
