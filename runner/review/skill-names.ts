import type { Skill } from "../skills/skill.ts";

/** What a result tells of the skills that a task went by; nothing where it needs none. */
export function namesOf(skills: readonly Skill[] = []): { readonly skills?: string[] } {
  return skills.length === 0 ? {} : { skills: skills.map(({ name }) => name) };
}
