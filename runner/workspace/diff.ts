import { type ChangedLines, ChangedLinesReader } from "./changed-lines.ts";
import { runGit } from "./git.ts";
import type { Workspace } from "./git-options.ts";

/** A diff, or as much of it as was asked for. */
export interface Diff {
  /** Unified, with 10 lines of context; bytes that are no UTF-8 are replaced. */
  readonly diff: string;
  /** The size of the whole, also when `diff` is only its beginning. */
  readonly diffBytes: number;
  readonly truncated: boolean;
  /** The lines that the whole diff changes. */
  readonly changedLines: ChangedLines;
}

/** Reads the diff between two commits, at most `maxBytes` of it, and no file in halves. */
export async function readDiff(
  workspace: Workspace,
  { from, to, maxBytes }: { from: string; to: string; maxBytes: number },
): Promise<Diff> {
  const kept: Buffer[] = [];
  let diffBytes = 0;
  const changedLines = new ChangedLinesReader();
  const onOutput = (chunk: Buffer) => {
    changedLines.write(chunk);
    const room = maxBytes - diffBytes;
    if (room > 0) kept.push(chunk.subarray(0, room));
    diffBytes += chunk.length;
  };
  const options = ["-U10", "-M", "--no-ext-diff", "--no-textconv", "--no-color"];
  await runGit(workspace, ["diff", ...options, from, to, "--"], { onOutput });
  const bytes = Buffer.concat(kept);
  const truncated = diffBytes > maxBytes;
  const diff = (truncated ? wholeFiles(bytes) : bytes).toString("utf8");
  return { diff, diffBytes, truncated, changedLines: changedLines.end() };
}

/** The part before the file that is cut; of a first file that is cut itself, its whole lines. */
function wholeFiles(bytes: Buffer): Buffer {
  const lastFile = bytes.lastIndexOf("\ndiff --git ");
  return bytes.subarray(0, (lastFile > 0 ? lastFile : bytes.lastIndexOf("\n")) + 1);
}
