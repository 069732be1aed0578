import { type Amount, nothing } from "#runner/budget/amount.ts";
import { DaySpending } from "#runner/budget/day-spending.ts";
import type { BudgetLimits } from "#runner/budget/limits.ts";
import { TaskBudget, type TaskBudgetOptions } from "#runner/budget/task-budget.ts";
import { spending } from "./spending.ts";

const noon = Date.parse("2026-01-02T12:00:00Z");
const unlimited: BudgetLimits = { task: {}, session: {}, day: {} };

/** A day of which so much is spent at its noon. */
export function newDay(spent: Partial<Amount> = {}): DaySpending {
  return new DaySpending({ ...nothing, ...spent }, () => noon);
}

/** A budget without limits but these, of which nothing is spent unless `options` say so. */
export function newBudget(
  limits: Partial<BudgetLimits>,
  options: Partial<Omit<TaskBudgetOptions, "limits">> = {},
): TaskBudget {
  return new TaskBudget({
    limits: { ...unlimited, ...limits },
    task: spending(),
    session: spending(),
    day: newDay(),
    ...options,
  });
}
