import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { newBudget, newDay } from "./new-budget.ts";
import { model, spending, tokens } from "./spending.ts";

suite("TaskBudget.endTurn", () => {
  test("the cost that the CLI tells replaces the estimate, in this budget and in the day", () => {
    const day = newDay();
    const budget = newBudget({ task: { usd: 1 } }, { day });
    budget.spend(model, tokens({ output_tokens: 100_000 }));
    assert.notEqual(budget.exceeded(), undefined);
    const told = { ...tokens({ output_tokens: 100_000 }), cost_usd: 0.5 };
    assert.deepEqual(budget.endTurn(1500.4, told), { ...told, model_requests: 1, turn_ms: 1500 });
    assert.equal(budget.exceeded(), undefined);
    assert.deepEqual(day.spent, { nanoUsd: 5e8, tokens: 100_000, turns: 1, time: 1500 });
    budget.spend(model, tokens({ output_tokens: 50_000 }));
    assert.notEqual(budget.exceeded(), undefined);
  });

  test("the tokens that the CLI tells and those that were counted differ: the more counts", () => {
    const day = newDay();
    const budget = newBudget({}, { day });
    const counted = { input_tokens: 9, output_tokens: 1, cache_read_input_tokens: 8 };
    budget.spend(model, tokens(counted));
    const told = { input_tokens: 5, output_tokens: 3, cache_creation_input_tokens: 7 };
    const turn = budget.endTurn(0, { ...tokens(told), cost_usd: 0 });
    const most = { ...counted, output_tokens: 3, cache_creation_input_tokens: 7 };
    assert.deepEqual(turn, spending({ ...most, model_requests: 1 }));
    assert.deepEqual(day.spent, { nanoUsd: 0, tokens: 19, turns: 1, time: 0 });
  });

  test("the CLI said nothing before it died: the estimates stay, turn by turn", () => {
    const budget = newBudget({ task: { usd: 0.02 } });
    budget.spend(model, tokens({ output_tokens: 400 }));
    budget.spend(model, tokens({ input_tokens: 1000, cache_read_input_tokens: 10 }));
    const { cost_usd, ...counts } = budget.endTurn(7);
    assert.equal(Math.round(cost_usd * 1e9), 6_001_000);
    assert.deepEqual(counts, {
      ...tokens({ input_tokens: 1000, output_tokens: 400, cache_read_input_tokens: 10 }),
      model_requests: 2,
      turn_ms: 7,
    });
    assert.deepEqual(budget.endTurn(0), spending());
    budget.spend(model, tokens({ output_tokens: 1400 }));
    assert.notEqual(budget.exceeded(), undefined);
  });

  test("a model whose price is not known: its tokens count at once, its cost at the end", () => {
    const budget = newBudget({ task: { usd: 0.1, tokens: 500 } });
    budget.spend("claude-new-1", tokens({ output_tokens: 499 }));
    assert.equal(budget.exceeded(), undefined);
    budget.endTurn(0, { ...tokens({ output_tokens: 499 }), cost_usd: 0.1 });
    assert.match(budget.exceeded()?.message ?? "", /0\.1 of 0\.1 US dollars/);
    const byTokens = newBudget({ task: { tokens: 500 } });
    byTokens.spend("claude-new-1", tokens({ output_tokens: 500 }));
    assert.match(byTokens.exceeded()?.message ?? "", /500 of 500 tokens/);
  });
});
