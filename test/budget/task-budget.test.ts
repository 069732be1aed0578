import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { BudgetLimits } from "#runner/budget/limits.ts";
import { estimateCost } from "#runner/budget/prices.ts";
import type { Tokens } from "#shared/task.ts";
import { newBudget, newDay } from "./new-budget.ts";
import { anyTokens, model, spending, tokens } from "./spending.ts";

suite("TaskBudget.exceeded", () => {
  test("nothing is limited: never, whatever is spent", () => {
    const budget = newBudget({});
    budget.spend(model, tokens({ input_tokens: 1e9, output_tokens: 1e9 }));
    budget.endTurn(1e9, spending({ cost_usd: 1e6 }));
    assert.equal(budget.exceeded(), undefined);
  });

  test("a limit is reached exactly: budget_exhausted, for an operator to mend", () => {
    const budget = newBudget({ task: { usd: 0.3 } });
    for (const _request of [1, 2]) budget.spend(model, tokens({ output_tokens: 10_000 }));
    assert.equal(budget.exceeded(), undefined);
    budget.spend(model, tokens({ output_tokens: 9999 }));
    assert.equal(budget.exceeded(), undefined);
    budget.spend(model, tokens({ output_tokens: 1 }));
    const error = budget.exceeded();
    assert.equal(error?.code, "budget_exhausted");
    assert.equal(error.category, "config");
  });

  const day = () => newDay({ nanoUsd: 2.5e9, tokens: 700, turns: 40, time: 9000 });
  const session = spending({
    ...{ cost_usd: 1.5, input_tokens: 300, output_tokens: 200 },
    ...{ model_requests: 20, turn_ms: 5000 },
  });
  const task = spending({
    ...{ cost_usd: 0.5, cache_creation_input_tokens: 90, model_requests: 3, turn_ms: 1000 },
  });
  const cases: readonly [Partial<BudgetLimits>, message: string, hint: string][] = [
    [{ task: { usd: 0.6 } }, "task is exhausted: 0.6 of 0.6 US dollars", "claude.max_budget_usd"],
    [{ task: { tokens: 95 } }, "task is exhausted: 10090 of 95 tokens", "budget.task.tokens"],
    [{ task: { turns: 4 } }, "task is exhausted: 4 of 4 turns of the model", "budget.task.turns"],
    [{ task: { time: 1500 } }, "task is exhausted: 1600 of 1500 ms", "budget.task.time"],
    [{ session: { usd: 1.55 } }, "session is exhausted: 1.6 of 1.55 US", "budget.session.usd"],
    [{ session: { tokens: 501 } }, "session is exhausted: 10500 of 501", "budget.session.tokens"],
    [{ session: { turns: 21 } }, "session is exhausted: 21 of 21 turns", "budget.session.turns"],
    [{ session: { time: 5600 } }, "session is exhausted: 5600 of 5600", "budget.session.time"],
    [{ day: { usd: 2.6 } }, "day is exhausted: 2.6 of 2.6 US", "budget.day.usd, or wait until"],
    [{ day: { tokens: 701 } }, "day is exhausted: 10700 of 701", "budget.day.tokens, or wait"],
    [{ day: { turns: 41 } }, "day is exhausted: 41 of 41 turns", "budget.day.turns, or wait"],
    [{ day: { time: 9001 } }, "day is exhausted: 9600 of 9001 ms", "budget.day.time, or wait"],
  ];
  for (const [limits, message, hint] of cases) {
    test(`the ${message}: says so, and "Raise ${hint}"`, () => {
      const budget = newBudget(limits, { task, session, day: day() });
      assert.equal(budget.exceeded(), undefined);
      budget.spend(model, tokens({ output_tokens: 10_000 }));
      budget.endTurn(600);
      const error = budget.exceeded();
      assert(error !== undefined);
      assert.ok(error.message.startsWith(`Budget of the ${message}`), error.message);
      assert.ok(error.hint?.startsWith(`Raise ${hint}`), error.hint);
    });
  }

  test("time is limited: a turn may take what the narrowest of the limits leaves", () => {
    const left = (limits: Partial<BudgetLimits>) =>
      newBudget(limits, { task, session, day: day() }).timeLeft;
    assert.equal(left({}), Number.POSITIVE_INFINITY);
    assert.equal(left({ task: { time: 1700 } }), 700);
    assert.equal(left({ task: { time: 1700 }, session: { time: 5300 } }), 300);
    assert.equal(left({ session: { time: 5300 }, day: { time: 9100 } }), 100);
    assert.equal(left({ day: { time: 8000 } }), 0);
  });

  test("the day is exhausted: the hint tells when it ends", () => {
    const budget = newBudget({ day: { usd: 1 } }, { day: day() });
    assert.match(budget.exceeded()?.hint ?? "", / wait until 2026-01-03T00:00:00\.000Z$/);
  });

  test("all are exhausted: the task is named", () => {
    const none = { usd: 0.001, tokens: 1 };
    const budget = newBudget({ task: none, session: none, day: none });
    budget.spend(model, tokens({ output_tokens: 1000 }));
    assert.match(budget.exceeded()?.message ?? "", /of the task .* US dollars/);
  });

  test("tokens read from the cache: cost money, and are not counted as tokens", () => {
    const request = tokens({ cache_read_input_tokens: 1_000_000 });
    const byTokens = newBudget({ task: { tokens: 1 } });
    byTokens.spend(model, request);
    assert.equal(byTokens.exceeded(), undefined);
    const byDollars = newBudget({ task: { usd: 0.1 } });
    byDollars.spend(model, request);
    assert.notEqual(byDollars.exceeded(), undefined);
  });

  test("who stops at once: no limit is passed by more than the last request", () => {
    const limit = fc.record({
      usd: fc.option(fc.integer({ min: 1, max: 2000 }).map((milli) => milli / 1000)),
      tokens: fc.option(fc.integer({ min: 1, max: 200_000 })),
    });
    const limits = fc.record({ task: limit, session: limit, day: limit });
    fc.assert(
      fc.property(limits, fc.array(anyTokens, { maxLength: 30 }), (given, requests) => {
        const budget = newBudget({
          task: known(given.task),
          session: known(given.session),
          day: known(given.day),
        });
        const all = Object.values(given);
        const spent = { usd: 0, tokens: 0 };
        for (const request of requests) {
          const isOver = all.some(
            ({ usd, tokens }) =>
              (usd !== null && spent.usd >= usd - 1e-8) ||
              (tokens !== null && spent.tokens >= tokens),
          );
          assert.equal(budget.exceeded() !== undefined, isOver);
          if (isOver) return;
          budget.spend(model, request);
          spent.usd += estimateCost(model, request) ?? assert.fail();
          spent.tokens += request.input_tokens + request.output_tokens;
          spent.tokens += request.cache_creation_input_tokens;
        }
      }),
      { numRuns: 300 },
    );
  });

  test("the order of requests: makes no difference", () => {
    const orders = fc
      .array(anyTokens, { minLength: 1, maxLength: 12 })
      .chain((requests) =>
        fc.tuple(
          fc.constant(requests),
          fc.shuffledSubarray(requests, { minLength: requests.length }),
        ),
      );
    fc.assert(
      fc.property(orders, ([requests, shuffled]) => {
        const cost = requests.reduce((sum, each) => sum + (estimateCost(model, each) ?? 0), 0);
        // As near at the limit as it goes: the sum of fractions would depend on the order.
        fc.pre(cost > 0);
        const verdict = (order: readonly Tokens[]) => {
          const budget = newBudget({ session: { usd: Math.round(cost * 1e9) / 1e9 } });
          for (const request of order) budget.spend(model, request);
          return budget.exceeded()?.message;
        };
        assert.notEqual(verdict(requests), undefined);
        assert.equal(verdict(shuffled), verdict(requests));
      }),
      { numRuns: 300 },
    );
  });
});

function known({ usd, tokens }: { usd: number | null; tokens: number | null }) {
  return { usd: usd ?? undefined, tokens: tokens ?? undefined };
}
