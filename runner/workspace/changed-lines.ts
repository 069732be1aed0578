import { runGit } from "./git.ts";
import { plain } from "./git-diff.ts";
import type { Workspace } from "./git-options.ts";

/** A line of the head that a diff adds or changes. */
interface ChangedLine {
  /** From 1, in the new version of the file. */
  readonly line: number;
  /** Without its line end; only the beginning of a long one. */
  readonly text: string;
}

/** A part of a file that a diff shows, by lines of the new version. */
export interface Hunk {
  readonly from: number;
  /** The last line of it; `from - 1` when it only takes lines away. */
  readonly to: number;
  /** In order; empty when it only takes lines away. */
  readonly changed: readonly ChangedLine[];
}

/** The hunks of each file of a diff, by its new path. Deleted and binary files have none. */
export type ChangedLines = ReadonlyMap<string, readonly Hunk[]>;

/** Reads which lines a commit changes against another one, with 10 lines around them. */
export async function readChangedLines(
  workspace: Workspace,
  from: string,
  to: string,
): Promise<ChangedLines> {
  const reader = new ChangedLinesReader();
  const onOutput = (chunk: Buffer) => reader.write(chunk);
  await runGit(workspace, ["diff", "-U10", "-M", ...plain, from, to, "--"], { onOutput });
  return reader.end();
}

/** How much of a line is kept. */
const longestText = 200;
/** How much of a line is looked at: more than a path can be long. */
const longestLine = 8192;
/** How many changed lines are kept altogether; a finding beyond has no line to be shown at. */
const mostLines = 100_000;

/** Reads a unified diff as it comes, in pieces of any size. */
export class ChangedLinesReader {
  readonly #files = new Map<string, OpenHunk[]>();
  #rest = "";
  #hunks: OpenHunk[] = [];
  #hunk: OpenHunk | undefined;
  #oldLeft = 0;
  #newLeft = 0;
  #line = 0;
  #count = 0;
  readonly #decoder = new TextDecoder();

  write(chunk: Uint8Array): void {
    const lines = this.#decoder.decode(chunk, { stream: true }).split("\n");
    const last = lines.pop() ?? "";
    for (const line of lines) {
      this.#read(this.#rest + line);
      this.#rest = "";
    }
    // A line may be as long as its file: no more is kept than is looked at.
    if (this.#rest.length < longestLine) this.#rest += last;
  }

  end(): ChangedLines {
    if (this.#rest !== "") this.#read(this.#rest);
    this.#rest = "";
    return this.#files;
  }

  #read(line: string): void {
    // What a hunk announces is content, whatever it looks like.
    if (this.#oldLeft > 0 || this.#newLeft > 0) this.#readContent(line);
    else this.#readHeader(line);
  }

  #readHeader(line: string): void {
    const path = pathOf(line);
    if (path !== undefined) {
      this.#hunks = [];
      this.#files.set(path, this.#hunks);
      return;
    }
    if (line.startsWith("diff --git ")) this.#hunks = [];
    const [, old = "1", from, count = "1"] =
      /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (from === undefined) return;
    this.#oldLeft = Number(old);
    this.#newLeft = Number(count);
    this.#line = Number(from);
    this.#hunk = { from: this.#line, to: this.#line + this.#newLeft - 1, changed: [] };
    this.#hunks.push(this.#hunk);
  }

  #readContent(line: string): void {
    const [sign] = line;
    if (sign === "\\") return;
    if (sign !== "+") this.#oldLeft -= 1;
    if (sign === "-") return;
    this.#newLeft -= 1;
    if (sign === "+" && this.#count < mostLines) {
      this.#count += 1;
      this.#hunk?.changed.push({ line: this.#line, text: line.slice(1, 1 + longestText) });
    }
    this.#line += 1;
  }
}

interface OpenHunk extends Hunk {
  readonly changed: ChangedLine[];
}

/** The new path in a `+++ b/...`; git ends one that has a space with a tab. */
function pathOf(line: string): string | undefined {
  const [, path] = /^\+\+\+ b\/([^\t]+)\t?$/.exec(line) ?? [];
  return path;
}
