import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CicdError, reasonOf } from "#shared/error.ts";
import { readSkill } from "./read-skill.ts";
import type { Skill } from "./skill.ts";

/** The skills that come with the program. */
const ownFolder = fileURLToPath(new URL("../../skills", import.meta.url));

/**
 * Reads the skills that come with the program, and those of the operator's folder, which take the
 * place of one with the same name.
 * @returns by name, in its order.
 * @throws CicdError `config_invalid` that names the first file that is none.
 */
export async function loadSkills(dir?: string): Promise<ReadonlyMap<string, Skill>> {
  const skills = [...(await readAll(ownFolder)), ...(dir === undefined ? [] : await readAll(dir))];
  const named = new Map(skills.map((skill) => [skill.name, skill]));
  return new Map([...named].sort(([one], [other]) => (one < other ? -1 : 1)));
}

async function readAll(dir: string): Promise<Skill[]> {
  const folders = (await entries(resolve(dir))).filter((name) => !name.startsWith("."));
  return await Promise.all(
    folders.sort().map((name) => readSkill(resolve(dir, name, "SKILL.md"), name)),
  );
}

/** Folders, and links to some: configuration is often mounted by links. */
async function entries(dir: string): Promise<string[]> {
  try {
    const found = await readdir(dir, { withFileTypes: true });
    return found.filter((entry) => !entry.isFile()).map(({ name }) => name);
  } catch (cause) {
    const why = reasonOf(cause);
    throw new CicdError("config_invalid", `Cannot read skills: ${why}`, {
      cause,
      hint: `Set skills.dir to a folder of skills, ${join("<name>", "SKILL.md")} each, or leave it out`,
    });
  }
}
