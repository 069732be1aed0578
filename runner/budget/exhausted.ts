import { CicdError } from "#shared/error.ts";
import { type Amount, toNano } from "./amount.ts";
import type { BudgetLimit } from "./limits.ts";

/** Whose budget it is. */
type BudgetScope = "task" | "session" | "day";

/** Error `budget_exhausted` when nothing is left of a budget. `endsAt` is when it starts anew. */
export function exhausted(
  scope: BudgetScope,
  { usd, tokens }: BudgetLimit,
  spent: Amount,
  endsAt?: number,
): CicdError | undefined {
  if (usd !== undefined && spent.nanoUsd >= toNano(usd)) {
    const dollars = Number((spent.nanoUsd / 1e9).toPrecision(6));
    return error(scope, `${dollars} of ${usd} US dollars`, keys[scope].usd, endsAt);
  }
  if (tokens !== undefined && spent.tokens >= tokens) {
    return error(scope, `${spent.tokens} of ${tokens} tokens`, keys[scope].tokens, endsAt);
  }
  return undefined;
}

/** The setting that raises each limit. */
const keys: Readonly<Record<BudgetScope, Readonly<Record<keyof BudgetLimit, string>>>> = {
  task: { usd: "claude.max_budget_usd", tokens: "budget.task.tokens" },
  session: { usd: "budget.session.usd", tokens: "budget.session.tokens" },
  day: { usd: "budget.day.usd", tokens: "budget.day.tokens" },
};

function error(scope: BudgetScope, spent: string, key: string, endsAt?: number): CicdError {
  const anew = endsAt === undefined ? "" : `, or wait until ${new Date(endsAt).toISOString()}`;
  return new CicdError("budget_exhausted", `Budget of the ${scope} is exhausted: ${spent} spent`, {
    hint: `Raise ${key}${anew}`,
  });
}
