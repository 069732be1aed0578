// Writes all that is made from the schema of the configuration: `npm run docs`.
import { readFile, writeFile } from "node:fs/promises";
import { configFiles } from "./config-files.ts";
import { configTable } from "./config-table.ts";

const file = new URL("../../docs/configuration.md", import.meta.url);
const text = await readFile(file, "utf8");
const table = /^\| key .*(?:\n\|.*)*/m;
if (!table.test(text)) throw new Error("docs/configuration.md has no table that begins with: key");
await writeFile(
  file,
  text.replace(table, () => aligned(configTable())),
);

for (const [name, content] of configFiles()) {
  await writeFile(new URL(`../../${name}`, import.meta.url), content);
}

/** The same table with columns of one width. */
function aligned(markdown: string): string {
  const rows = markdown.split("\n").map((line) => line.slice(2, -2).split(" | "));
  const widths = rows.reduce<number[]>(
    (most, cells) => cells.map((cell, column) => Math.max(cell.length, most[column] ?? 0)),
    [],
  );
  const line = (cells: readonly string[], fill: string) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(" | ")} |`;
  return rows.map((cells, row) => line(cells, row === 1 ? "-" : " ")).join("\n");
}
