import { loadSkills } from "#runner/skills/load-skills.ts";
import { taskSkills } from "#runner/skills/task-skills.ts";
import type { Config } from "./config.ts";

/**
 * Lists the skills that a runner of this configuration has.
 * @returns what is to be shown, as data and as text.
 * @throws CicdError `config_invalid` where that runner would not start because of one.
 */
export async function showSkills({
  skills: { dir },
  review,
}: Pick<Config, "skills" | "review">): Promise<{ data: unknown; text: string }> {
  const found = await loadSkills(dir);
  taskSkills(found, review.skills);
  const skills = [...found.values()].map(({ name, description, output, inputs, ...skill }) => {
    const { tools, budgets, hash, path } = skill;
    return { name, description, output, inputs, tools, budgets, hash, path };
  });
  const width = Math.max(...skills.map(({ name }) => name.length));
  const lines = skills.map(({ name, output, description, path }) => {
    return `${name.padEnd(width)}  ${output.padEnd(9)}  ${description}\n${" ".repeat(width)}  ${path}`;
  });
  return { data: { skills }, text: lines.join("\n") };
}
