/**
 * Where the added lines of a file are in its patch: the position for each line of the new version.
 * The line below the first `@@` has position 1; further `@@` count as lines.
 */
export function positionsIn(patch: string): Map<number, number> {
  const positions = new Map<number, number>();
  let position: number | undefined;
  let line = 0;
  for (const text of patch.split("\n")) {
    const [, from] = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text) ?? [];
    if (from !== undefined) {
      position = position === undefined ? 0 : position + 1;
      line = Number(from);
      continue;
    }
    // The names of the file stand above.
    if (position === undefined) continue;
    position += 1;
    if (text.startsWith("+")) positions.set(line, position);
    if (!/^[-\\]/.test(text)) line += 1;
  }
  return positions;
}
