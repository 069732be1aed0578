import type { Skill } from "../skills/skill.ts";

/** What of a skill the model is told. */
export type ToldSkill = Pick<Skill, "name" | "instructions">;

/** The instructions of skills, which are the operator's: no text of a pull request is among them. */
export function howTo(skills: readonly ToldSkill[]): string {
  const [first, ...others] = skills;
  if (first === undefined) return "";
  if (others.length === 0) return `How to go about it:\n\n${first.instructions}`;
  const names = skills.map(({ name }) => name).join(", ");
  const parts = skills.map(({ name, instructions }) => `# ${name}\n\n${instructions}`);
  return `How to go about it, by each of ${names}; report what you find by all of them in one answer, and each thing once:\n\n${parts.join("\n\n")}`;
}
