import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A skill that is well-formed, its front matter with other keys or without some. */
export function skillText(more: Record<string, string | undefined> = {}, body = "Do it."): string {
  const keys = { name: "own-skill", description: "Does it.", "allowed-tools": "[Read]", ...more };
  const front = Object.entries({ ...keys, output: "review", ...more }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${value}`],
  );
  return `---\n${front.join("\n")}\n---\n${body}\n`;
}

/** Writes the `SKILL.md` of a skill below a folder; resolves to its path. */
export async function writeSkill(dir: string, name: string, text: string): Promise<string> {
  await mkdir(join(dir, name), { recursive: true });
  const path = join(dir, name, "SKILL.md");
  await writeFile(path, text);
  return path;
}
