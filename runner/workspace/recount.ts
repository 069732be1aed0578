/**
 * A unified diff whose hunks say how many lines they have. People and models miscount, and git then
 * takes the patch for damaged; what is in the lines stays as it is.
 */
export function recounted(patch: string): string {
  const lines = patch.replaceAll("\r\n", "\n").replace(/\n*$/, "\n").split("\n");
  const out: string[] = [];
  for (let index = 0; index < lines.length; ) {
    const line = lines[index] ?? "";
    index += 1;
    const [, from, to, rest] = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)$/.exec(line) ?? [];
    if (from === undefined || to === undefined) {
      out.push(line);
      continue;
    }
    const body = hunkAt(lines, index);
    index += body.length;
    const count = (marks: string) => body.filter((one) => marks.includes(one.charAt(0))).length;
    out.push(`@@ -${from},${count(" -")} +${to},${count(" +")} @@${rest}`, ...body);
  }
  return out.join("\n");
}

/** The lines of a hunk. A blank line without its mark is one of the file, unless the hunk ends there. */
function hunkAt(lines: readonly string[], start: number): string[] {
  const body: string[] = [];
  for (let index = start; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (line === "" && !endsAt(lines, index)) body.push(" ");
    else if (/^[ +\\-]/.test(line) && !isHeaderAt(lines, index)) body.push(line);
    else break;
  }
  return body;
}

/** Nothing of the hunk comes behind the blank lines here. */
function endsAt(lines: readonly string[], index: number): boolean {
  let next = index;
  while (lines[next] === "") next += 1;
  return !/^[ +\\-]/.test(lines[next] ?? "") || isHeaderAt(lines, next);
}

/** The two lines that name a file, which could be a removed and an added one as well. */
function isHeaderAt(lines: readonly string[], index: number): boolean {
  const [first = "", second = "", third = ""] = lines.slice(index, index + 3);
  return first.startsWith("--- ") && second.startsWith("+++ ") && third.startsWith("@@ ");
}
