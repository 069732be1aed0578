import type { RunnerConfig } from "../config.ts";

/**
 * What may be spent: US dollars; tokens, and turns of the model, as `amountOf` counts them; time in
 * milliseconds. Undefined is no limit.
 */
export interface BudgetLimit {
  readonly usd?: number | undefined;
  readonly tokens?: number | undefined;
  readonly turns?: number | undefined;
  readonly time?: number | undefined;
}

/** The limits of each task, of each session in its whole life, and of each day (UTC) of all hosts. */
export interface BudgetLimits {
  readonly task: BudgetLimit;
  readonly session: BudgetLimit;
  readonly day: BudgetLimit;
}

/** The limits that the configuration sets. */
export function budgetLimits({
  claude,
  budget,
}: Pick<RunnerConfig, "claude" | "budget">): BudgetLimits {
  return { ...budget, task: { ...budget.task, usd: claude.max_budget_usd } };
}
