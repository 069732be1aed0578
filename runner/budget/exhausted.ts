import { CicdError } from "#shared/error.ts";
import type { Amount } from "./amount.ts";
import type { BudgetLimit } from "./limits.ts";

/** Whose budget it is. */
type BudgetScope = "task" | "session" | "day";

/** Error `budget_exhausted` when nothing is left of a budget. `endsAt` is when it starts anew. */
export function exhausted(
  scope: BudgetScope,
  limit: BudgetLimit,
  spent: Amount,
  endsAt?: number,
): CicdError | undefined {
  for (const measure of measures) {
    const most = limit[measure];
    if (most === undefined || inLimits[measure](spent) < most) continue;
    const key = measure === "usd" && scope === "task" ? taskUsd : `budget.${scope}.${measure}`;
    const anew = endsAt === undefined ? "" : `, or wait until ${new Date(endsAt).toISOString()}`;
    const bySkill = scope === "task" ? ", or budgets of the task's skill" : "";
    const told = shown[measure](inLimits[measure](spent), most);
    return new CicdError("budget_exhausted", `Budget of the ${scope} is exhausted: ${told} spent`, {
      hint: `Raise ${key}${bySkill}${anew}`,
    });
  }
  return undefined;
}

const measures = ["usd", "tokens", "turns", "time"] as const;
type Measure = (typeof measures)[number];

/** What was spent, in the unit of each limit. */
const inLimits: Readonly<Record<Measure, (spent: Amount) => number>> = {
  usd: ({ nanoUsd }) => nanoUsd / 1e9,
  tokens: ({ tokens }) => tokens,
  turns: ({ turns }) => turns,
  time: ({ time }) => time,
};

/** How an error tells it. */
const shown: Readonly<Record<Measure, (spent: number, most: number) => string>> = {
  usd: (spent, most) => `${Number(spent.toPrecision(6))} of ${most} US dollars`,
  tokens: (spent, most) => `${spent} of ${most} tokens`,
  turns: (spent, most) => `${spent} of ${most} turns of the model`,
  time: (spent, most) => `${spent} of ${most} ms`,
};

/** The setting that is older than the others, and known by the name that the CLI has for it. */
const taskUsd = "claude.max_budget_usd";
