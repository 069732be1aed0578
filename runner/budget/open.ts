import type { Task } from "#shared/task.ts";
import type { Store } from "../store/store.ts";
import { amountOf } from "./amount.ts";
import { DaySpending, startOfDay } from "./day-spending.ts";
import type { BudgetLimits } from "./limits.ts";
import { TaskBudget } from "./task-budget.ts";

/** The spending of the current day, by the ledger. Once for each host, before its first task. */
export async function openDay(
  store: Pick<Store, "spentSince">,
  now: () => number = Date.now,
): Promise<DaySpending> {
  return new DaySpending(amountOf(await store.spentSince(startOfDay(now()))), now);
}

/** The budget of one attempt of a task, by the ledger. */
export async function openTaskBudget(
  { id, session_id }: Pick<Task, "id" | "session_id">,
  {
    store,
    limits,
    day,
  }: {
    readonly store: Pick<Store, "spentByTask" | "spentBySession" | "spentSince">;
    readonly limits: BudgetLimits;
    readonly day: DaySpending;
  },
): Promise<TaskBudget> {
  const hasDayLimit = Object.values(limits.day).some((limit) => limit !== undefined);
  const [task, session] = await Promise.all([
    store.spentByTask(id),
    store.spentBySession(session_id),
    // It adds up all of the day, which is for nothing where nothing is held against it.
    hasDayLimit && learnDay(day, store),
  ]);
  return new TaskBudget({ limits, task, session, day });
}

async function learnDay(day: DaySpending, store: Pick<Store, "spentSince">): Promise<void> {
  const { beganAt } = day;
  day.learn(amountOf(await store.spentSince(beganAt)), beganAt);
}
