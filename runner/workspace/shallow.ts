import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runGit } from "./git.ts";
import type { Workspace } from "./git-options.ts";

/** The commits whose parents are not there; none when the history is complete. */
export async function readShallow({ gitDir }: Workspace): Promise<ReadonlySet<string>> {
  const text = await readFile(join(gitDir, "shallow"), "utf8").catch(() => "");
  return new Set(text.split("\n").filter(Boolean));
}

/**
 * Takes back what a fetch with a depth cut off: it makes shallow what lies that deep, also where
 * another pull request had brought more. Commits whose parents are there are not shallow. Call it in
 * the turn of that fetch.
 */
export async function healShallow(
  workspace: Workspace,
  before: ReadonlySet<string>,
): Promise<void> {
  const after = await readShallow(workspace);
  const added = [...after].filter((sha) => !before.has(sha));
  if (added.length === 0) return;
  const parents = await parentsOf(workspace, added);
  const present = await presentOf(workspace, [...new Set([...parents.values()].flat())]);
  const healed = added.filter((sha) => parents.get(sha)?.every((parent) => present.has(parent)));
  if (healed.length === 0) return;
  const rest = [...after].filter((sha) => !healed.includes(sha));
  const path = join(workspace.gitDir, "shallow");
  await writeFile(`${path}.new`, rest.map((sha) => `${sha}\n`).join(""));
  await rename(`${path}.new`, path);
}

/** The commits among some ids that are there. */
export async function presentOf(
  workspace: Workspace,
  shas: readonly string[],
): Promise<ReadonlySet<string>> {
  const stdin = shas.map((sha) => `${sha}\n`).join("");
  const output = await runGit(workspace, ["cat-file", "--batch-check"], { stdin });
  const lines = output.split("\n").map((line) => line.split(" "));
  return new Set(lines.flatMap(([sha = "", type]) => (type === "commit" ? [sha] : [])));
}

/** The parents that commits name, whether git takes them for shallow or not. */
async function parentsOf(
  workspace: Workspace,
  shas: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const chunks: Buffer[] = [];
  await runGit(workspace, ["cat-file", "--batch"], {
    stdin: shas.map((sha) => `${sha}\n`).join(""),
    onOutput: (chunk) => chunks.push(chunk),
  });
  let rest = Buffer.concat(chunks);
  const parents = new Map<string, readonly string[]>();
  while (rest.length > 0) {
    // `<id> commit <bytes>`, then so many bytes and a line end.
    const begin = rest.indexOf("\n") + 1;
    const [sha = "", , size] = rest
      .subarray(0, begin - 1)
      .toString("latin1")
      .split(" ");
    const length = Number(size);
    if (begin === 0 || !Number.isSafeInteger(length)) break;
    const commit = rest.subarray(begin, begin + length).toString("latin1");
    const [header = ""] = commit.split("\n\n", 1);
    parents.set(
      sha,
      [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, id = ""]) => id),
    );
    rest = rest.subarray(begin + length + 1);
  }
  return parents;
}
