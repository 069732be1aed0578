import type { Finding, Place, Review } from "#shared/review.ts";
import type { Hunk } from "../workspace/changed-lines.ts";
import type { ChangedFile } from "../workspace/changes.ts";
import type { Checkout } from "../workspace/checkout.ts";

/**
 * Where each finding of a review can be shown: at its own line where the change has it, else at the
 * nearest changed line of the same hunk; null when the diff does not show its line.
 */
export function placeFindings(
  { findings }: Review,
  { changedLines, files }: Pick<Checkout, "changedLines" | "files">,
): (Place | null)[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return findings.map((finding) =>
    placeOf(finding, changedLines.get(finding.file) ?? [], byPath.get(finding.file)),
  );
}

function placeOf(
  { file, line }: Finding,
  hunks: readonly Hunk[],
  changed: ChangedFile | undefined,
): Place | null {
  if (line === null) return null;
  const hunk = hunks.find(({ from, to }) => from <= line && line <= to);
  const [first, ...others] = hunk?.changed ?? [];
  if (first === undefined) return null;
  const nearest = others.reduce(
    (best, one) => (Math.abs(one.line - line) < Math.abs(best.line - line) ? one : best),
    first,
  );
  return { path: file, previous_path: changed?.previousPath ?? null, ...nearest };
}
