import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { budgetLimits } from "#runner/budget/limits.ts";
import { openDay, openTaskBudget } from "#runner/budget/open.ts";
import { RunnerConfig } from "#runner/config.ts";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import { readConfig } from "#shared/config.ts";
import { tempFolder } from "../temp-folder.ts";
import { model, spending, tokens } from "./spending.ts";

/** Of what every entry of the ledger has some. */
const one = { model_requests: 1, turn_ms: 1000 };
const midnight = Date.parse("2026-01-02T00:00:00Z");

/** The budget of task `a` of session `s`, by a ledger that has entries of two days in it. */
async function budgetOf(limits: object) {
  await using folder = await tempFolder();
  let now = midnight - 1;
  await using store = new SqliteStore({ folder: folder.path, host: "h", now: () => now });
  await store.addUsage("a", "s", spending({ ...one, cost_usd: 0.25, input_tokens: 1 }));
  now = midnight;
  await store.addUsage("a", "s", spending({ ...one, cost_usd: 0.25, output_tokens: 2 }));
  await store.addUsage("b", "s", spending({ ...one, cost_usd: 1, input_tokens: 4 }));
  await store.addUsage("c", "other", spending({ ...one, cost_usd: 2 }));
  const config = readConfig(RunnerConfig, limits, { RUNNER_SECRET: "x".repeat(32) });
  const day = await openDay(store, () => now);
  const task = { id: "a", session_id: "s" };
  return await openTaskBudget(task, { store, limits: budgetLimits(config), day });
}

suite("openTaskBudget", () => {
  const cases: readonly [what: string, within: object, reached: object][] = [
    ["task, in dollars", { claude: { max_budget_usd: 0.51 } }, { claude: { max_budget_usd: 0.5 } }],
    ["task, in tokens", { budget: { task: { tokens: 4 } } }, { budget: { task: { tokens: 3 } } }],
    [
      "session, in dollars",
      { budget: { session: { usd: 1.51 } } },
      { budget: { session: { usd: 1.5 } } },
    ],
    [
      "session, in tokens",
      { budget: { session: { tokens: 8 } } },
      { budget: { session: { tokens: 7 } } },
    ],
    ["task, in turns", { budget: { task: { turns: 3 } } }, { budget: { task: { turns: 2 } } }],
    [
      "task, in time",
      { budget: { task: { time: "2001ms" } } },
      { budget: { task: { time: "2s" } } },
    ],
    [
      "session, in turns",
      { budget: { session: { turns: 4 } } },
      { budget: { session: { turns: 3 } } },
    ],
    [
      "session, in time",
      { budget: { session: { time: "3001ms" } } },
      { budget: { session: { time: "3s" } } },
    ],
    ["day, in turns", { budget: { day: { turns: 4 } } }, { budget: { day: { turns: 3 } } }],
    ["day, in time", { budget: { day: { time: "3001ms" } } }, { budget: { day: { time: "3s" } } }],
    ["day, in dollars", { budget: { day: { usd: 3.26 } } }, { budget: { day: { usd: 3.25 } } }],
    ["day, in tokens", { budget: { day: { tokens: 7 } } }, { budget: { day: { tokens: 6 } } }],
  ];
  for (const [what, within, reached] of cases) {
    test(`${what}: goes on from what the ledger has, up to the configured limit`, async () => {
      assert.equal((await budgetOf(within)).exceeded(), undefined);
      const error = (await budgetOf(reached)).exceeded();
      assert.equal(error?.code, "budget_exhausted");
      assert.ok(error.message.includes(`the ${what.split(",")[0]} is`), error.message);
    });
  }

  test("day of many hosts: what others have spent since counts for the next task", async () => {
    await using folder = await tempFolder();
    await using store = new SqliteStore({ folder: folder.path, host: "h", now: () => midnight });
    const day = await openDay(store, () => midnight);
    const limits = { task: {}, session: {}, day: { tokens: 10 } };
    const open = () => openTaskBudget({ id: "a", session_id: "s" }, { store, limits, day });
    const own = await open();
    own.spend(model, tokens({ input_tokens: 4 }));
    assert.equal((await open()).exceeded(), undefined);
    await store.addUsage("a", "s", own.endTurn(1));
    assert.equal((await open()).exceeded(), undefined);
    await store.addUsage("b", "other", spending({ ...one, output_tokens: 5 }));
    assert.equal((await open()).exceeded(), undefined);
    await store.addUsage("b", "other", spending({ ...one, output_tokens: 1 }));
    assert.equal((await open()).exceeded()?.code, "budget_exhausted");
  });

  test("no limits in the configuration: a task may spend one dollar, the rest is open", () => {
    const config = readConfig(RunnerConfig, {}, { RUNNER_SECRET: "x".repeat(32) });
    const limits = budgetLimits(config);
    assert.equal(limits.task.usd, 1);
    assert.equal(limits.task.tokens, undefined);
    assert.deepEqual({ session: limits.session, day: limits.day }, { session: {}, day: {} });
  });

  test("limits that are no limits: refused", () => {
    for (const wrong of [0, -1, "much"]) {
      for (const file of [
        { claude: { max_budget_usd: wrong } },
        { budget: { session: { usd: wrong } } },
        { budget: { day: { tokens: wrong } } },
        { budget: { task: { turns: wrong } } },
        { budget: { task: { time: wrong } } },
      ]) {
        assert.throws(
          () => readConfig(RunnerConfig, file, { RUNNER_SECRET: "x".repeat(32) }),
          { code: "config_invalid" },
          JSON.stringify(file),
        );
      }
    }
  });
});
