import { mkdir } from "node:fs/promises";
import { join, posix } from "node:path";
import { formatPatch } from "diff";
import type { ShownOptions } from "../workspace/change-set.ts";
import type { Checkout } from "../workspace/checkout.ts";
import { linesOf, type PatchedFile } from "./read-patch.ts";

/**
 * A checkout of which there is the change alone: its tree is empty. What is excluded or too long is
 * left out as it is for a pull request, the largest files first.
 */
export async function patchCheckout(
  files: readonly PatchedFile[],
  folder: string,
  { maxDiffBytes = 400 * 1024, exclude = [] }: ShownOptions,
): Promise<Checkout> {
  const tree = join(folder, "tree");
  await mkdir(tree, { recursive: true, mode: 0o700 });
  const isExcluded = ({ file }: PatchedFile) =>
    exclude.some((glob) => posix.matchesGlob(file.path, glob));
  const wanted = files
    .filter((file) => !isExcluded(file))
    .map(({ file, patch }) => ({ path: file.path, text: formatPatch(patch) }))
    .map((section) => ({ ...section, bytes: Buffer.byteLength(section.text) }));
  const kept = fitting(wanted, maxDiffBytes);
  const shown = wanted.filter((section) => kept.has(section));
  return {
    tree,
    headSha: nameless,
    mergeBase: "unknown",
    files: files.map(({ file }) => file),
    diff: shown.map(({ text }) => text).join(""),
    diffBytes: wanted.reduce((sum, { bytes }) => sum + bytes, 0),
    omitted: [
      ...files.filter(isExcluded).map(({ file }) => omitted(file.path, "excluded")),
      ...wanted
        .filter((section) => !kept.has(section))
        .map(({ path }) => omitted(path, "too_large")),
    ],
    since: undefined,
    changedLines: linesOf(files),
    guidance: [],
  };
}

/** What stands for the id of a head that nobody knows. */
export const nameless = "unknown";

/** The smallest ones that there is room for together. */
function fitting<T extends { readonly bytes: number }>(
  sections: readonly T[],
  maxBytes: number,
): ReadonlySet<T> {
  let left = maxBytes;
  const bySize = [...sections].sort((one, other) => one.bytes - other.bytes);
  return new Set(
    bySize.filter(({ bytes }) => {
      left -= bytes;
      return left >= 0;
    }),
  );
}

function omitted(path: string, reason: "excluded" | "too_large") {
  return { path, reason };
}
