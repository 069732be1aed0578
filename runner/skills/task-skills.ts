import { closest } from "fastest-levenshtein";
import { CicdError } from "#shared/error.ts";
import type { Task } from "#shared/task.ts";
import type { BudgetLimit } from "../budget/limits.ts";
import { type ToolRules, toolOf } from "../claude/tools.ts";
import type { Skill, SkillOutput } from "./skill.ts";

/** The skills of one task, and what they may take together. */
interface Chosen {
  /** In the order that they are configured in; none for a question. */
  readonly skills: readonly Skill[];
  /** Names of tools that may run in its turns, where the configuration offers them. */
  readonly tools: readonly string[];
}

/** Which skills each task works by. */
export interface TaskSkills {
  of(task: Pick<Task, "kind" | "event">): Chosen;
  /** All tools that any task may use. */
  readonly tools: readonly string[];
}

/** Tasks that have one skill each, by its name, and the form of its answer. */
const fixed = {
  analyze: ["change-analyzer", "analysis"],
  failure: ["log-analyzer", "diagnosis"],
  test: ["test-generator", "tests"],
} as const satisfies Record<string, readonly [string, SkillOutput]>;

/**
 * Chooses the skills of tasks; `reviewing` names those of a review.
 * @throws CicdError `config_invalid` when there is none of a name, or it answers in another form.
 */
export function taskSkills(
  skills: ReadonlyMap<string, Skill>,
  reviewing: readonly string[],
): TaskSkills {
  const review = chosen(
    [...new Set(reviewing)].map((name) => named(skills, name, "review", "review.skills")),
  );
  const one = (use: keyof typeof fixed) => {
    const [name, output] = fixed[use];
    return chosen([named(skills, name, output, "skills.dir")]);
  };
  const others = { analyze: one("analyze"), failure: one("failure"), test: one("test") };
  return {
    of: ({ kind, event }) => {
      if (kind === "review") return review;
      if (kind === "test") return others.test;
      if (kind === "analyze") return event.type === "pipeline" ? others.failure : others.analyze;
      // A question goes no further than the review that it is mostly about.
      return { skills: [], tools: review.tools };
    },
    tools: chosen([review, ...Object.values(others)].flatMap((each) => each.skills)).tools,
  };
}

function chosen(skills: readonly Skill[]): Chosen {
  return { skills, tools: [...new Set(skills.flatMap(({ tools }) => tools))] };
}

function named(
  skills: ReadonlyMap<string, Skill>,
  name: string,
  output: SkillOutput,
  key: string,
): Skill {
  const skill = skills.get(name);
  if (skill === undefined) {
    const names = [...skills.keys()];
    const hint = `Did you mean ${closest(name, names)}? There are ${names.join(", ")}`;
    throw new CicdError("config_invalid", `Cannot find skill ${name}, which ${key} names`, {
      hint,
    });
  }
  if (skill.output === output) return skill;
  throw new CicdError(
    "config_invalid",
    `Cannot use skill ${name} for ${key}: its output is ${skill.output}, not ${output}`,
    { hint: `Set output: ${output} in ${skill.path}, or name another skill` },
  );
}

/** The rules whose tools are among these: a skill never adds to what is configured. */
export function narrowed({ allow, ask, deny }: ToolRules, tools: readonly string[]): ToolRules {
  const among = (rule: string) => tools.includes(toolOf(rule));
  return { allow: allow.filter(among), ask: ask.filter(among), deny };
}

/** The lower of what is configured for a task, and what all its skills need together. */
export function tightened(limit: BudgetLimit, skills: readonly Skill[]): BudgetLimit {
  if (skills.length === 0) return limit;
  const least = (measure: keyof BudgetLimit) => {
    const wanted = skills.reduce<number | undefined>((sum, { budgets }) => {
      const more = budgets[measure];
      return sum === undefined || more === undefined ? undefined : sum + more;
    }, 0);
    const limits = [limit[measure], wanted].filter((one) => one !== undefined);
    return limits.length === 0 ? undefined : Math.min(...limits);
  };
  return {
    usd: least("usd"),
    tokens: least("tokens"),
    turns: least("turns"),
    time: least("time"),
  };
}
