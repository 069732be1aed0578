/** Words that stand where something went wrong. */
const trouble = /\b(?:error|fail(?:ed|ure|s)?|fatal|panic|exception|traceback|not ok|killed)\b/i;

/**
 * The part of a log that tells why it failed, no longer than `most` characters: its end, and what
 * stands before the last sign of trouble that is not within that. Lines stay whole, but for very long
 * ones.
 */
export function excerpt(log: string, most: number): string {
  if (log.length <= most) return log;
  const lines = log.split("\n").map(shortened);
  const end = lastLines(lines, lines.length, most / 3);
  const sign = lines.slice(0, end).findLastIndex((line) => trouble.test(line));
  // It goes on a bit behind the sign: the message often stands there.
  const stop = Math.min(end, sign + behind);
  const isNear = sign === -1 || lengthOf(lines.slice(stop)) < (most * 2) / 3;
  if (isNear) return joined(lines, [[lastLines(lines, lines.length, most), lines.length]]);
  const start = lastLines(lines, stop, (most * 2) / 3 - 200);
  return joined(lines, [
    [start, stop],
    [end, lines.length],
  ]);
}

/** The longest line that is kept whole. */
const longestLine = 2000;

function shortened(line: string): string {
  const left = line.length - longestLine;
  return left > 0 ? `${line.slice(0, longestLine)}… (${left} more)` : line;
}

/** Lines that are kept behind a sign of trouble. */
const behind = 40;

/** Where the lines before `stop` begin that are no longer than `most` together. */
function lastLines(lines: readonly string[], stop: number, most: number): number {
  let start = stop;
  for (let length = 0; start > 0; start -= 1) {
    length += (lines[start - 1]?.length ?? 0) + 1;
    if (length > most) break;
  }
  return start;
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

/** Some parts of a log, with what is left out before each. */
function joined(lines: readonly string[], parts: readonly (readonly [number, number])[]): string {
  let before = 0;
  const shown = parts.map(([start, stop]) => {
    const left = start - before;
    before = stop;
    return [...(left > 0 ? [`[${left} lines left out]`] : []), ...lines.slice(start, stop)];
  });
  return shown.flat().join("\n");
}
