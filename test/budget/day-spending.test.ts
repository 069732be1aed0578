import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Amount } from "#runner/budget/amount.ts";
import { DaySpending, startOfDay } from "#runner/budget/day-spending.ts";
import { TaskBudget } from "#runner/budget/task-budget.ts";
import { model, spending, tokens } from "./spending.ts";

const lastMoment = Date.parse("2026-03-28T23:59:59.999Z");

suite("DaySpending", () => {
  test("midnight in UTC: the day begins at zero, wherever the host is", () => {
    let now = lastMoment;
    const day = new DaySpending(spent(5, 5), () => now);
    day.add(spent(1, 2));
    assert.deepEqual(day.spent, spent(6, 7));
    assert.equal(day.endsAt, lastMoment + 1);
    now += 1;
    assert.deepEqual(day.spent, spent(0, 0));
    assert.equal(day.endsAt, lastMoment + 1 + 86_400_000);
    day.add(spent(1, 1));
    now += 86_399_999;
    day.add(spent(1, 1));
    assert.deepEqual(day.spent, spent(2, 2));
  });

  test("the clock is set back over midnight: what was spent stays spent", () => {
    let now = lastMoment + 1;
    const day = new DaySpending(spent(5, 5), () => now);
    now -= 1;
    day.add(spent(1, 1));
    now += 1;
    assert.deepEqual(day.spent, spent(6, 6));
  });

  test("a ledger: counts where it has more, and not for another day", () => {
    let now = lastMoment;
    const day = new DaySpending(spent(5, 5), () => now);
    const { beganAt } = day;
    day.learn(spent(4, 6), beganAt);
    assert.deepEqual(day.spent, spent(5, 6));
    now += 1;
    day.learn(spent(9, 9), beganAt);
    assert.deepEqual(day.spent, spent(0, 0));
    assert.equal(day.beganAt, now);
  });

  test("tasks that run at once: see each other's spending, and go on the next day", () => {
    let now = lastMoment;
    const day = new DaySpending(spent(0, 0), () => now);
    const limits = { task: {}, session: {}, day: { tokens: 100 } };
    const [one, other] = [1, 2].map(
      () => new TaskBudget({ limits, task: spending(), session: spending(), day }),
    );
    one?.spend(model, tokens({ input_tokens: 60 }));
    assert.equal(other?.exceeded(), undefined);
    other?.spend(model, tokens({ input_tokens: 40 }));
    assert.equal(one?.exceeded()?.code, "budget_exhausted");
    assert.equal(other?.exceeded()?.code, "budget_exhausted");
    now += 1;
    assert.equal(one?.exceeded(), undefined);
  });
});

test("startOfDay: midnight in UTC at or before a moment", () => {
  const midnight = Date.parse("2026-03-28T00:00:00Z");
  assert.equal(startOfDay(midnight), midnight);
  assert.equal(startOfDay(lastMoment), midnight);
  assert.equal(startOfDay(lastMoment + 1), lastMoment + 1);
});

/** As much of everything as of tokens, but for the money. */
function spent(nanoUsd: number, others: number): Amount {
  return { nanoUsd, tokens: others, turns: others, time: others };
}
