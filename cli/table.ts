import { styleText } from "node:util";
import { terminalLine } from "./terminal-text.ts";

/** The longest that a cell may be, in characters. */
const longest = 200;

/** Rows below a heading, in columns as wide as their longest cell; `none` when there is no row. */
export function table(
  heading: readonly string[],
  content: readonly (readonly string[])[],
  none: string,
): string {
  if (content.length === 0) return none;
  const rows = content.map((cells) => cells.map((cell) => terminalLine(cell, longest)));
  const widths = heading.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [styleText("dim", line(heading)), ...rows.map(line)].join("\n");
}
