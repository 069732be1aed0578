import type { OmittedFile } from "#shared/task.ts";
import type { ChangedFile } from "../workspace/changes.ts";

/** How much of a prompt a list of files may take, in characters. */
const maxLength = 100_000;

/** Changed files as the model reads them, one a line; the rest counted where there are too many. */
export function fileList(files: readonly ChangedFile[]): string {
  return bounded(files.map(fileLine));
}

/** The paths of files that were left out for a reason. */
export function omittedList(
  omitted: readonly OmittedFile[],
  reason: OmittedFile["reason"],
): string {
  const paths = omitted.filter((file) => file.reason === reason).map(({ path }) => path);
  return bounded(paths.map((path) => JSON.stringify(path)));
}

function bounded(lines: readonly string[]): string {
  let length = 0;
  const shown = lines.findIndex((line) => {
    length += line.length + 1;
    return length > maxLength;
  });
  if (shown === -1) return lines.join("\n");
  return [...lines.slice(0, shown), `and ${lines.length - shown} more`].join("\n");
}

function fileLine({ path, previousPath, status, additions, deletions, kind }: ChangedFile): string {
  const size = additions === null ? "binary" : `+${additions} -${deletions}`;
  const from = previousPath === undefined ? "" : ` (was ${JSON.stringify(previousPath)})`;
  const what = kind === undefined ? "" : `, ${kindNotes[kind]}`;
  return `${status} ${JSON.stringify(path)}${from} ${size}${what}`;
}

const kindNotes = {
  "symbolic link": "symbolic link, here a file that holds its target",
  submodule: "submodule, not fetched",
  "LFS pointer": "LFS pointer, the content was not fetched",
} as const;
