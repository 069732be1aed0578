import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { estimateCost, pricedModels } from "#runner/budget/prices.ts";
import type { CliProcess } from "#runner/claude/cli-process.ts";
import type { Tokens } from "#shared/task.ts";
import { type RealCli, realCli } from "../claude/start-real.ts";
import { never } from "../claude/start-scripted.ts";
import { textBlock } from "../messages-api/blocks.ts";
import { message } from "../messages-api/reply.ts";

const zero: Tokens = {
  input_tokens: 0,
  output_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
};

/** One figure in each request, so that a price that has changed is named; then prompts by length. */
const requests: readonly Tokens[] = [
  { ...zero, input_tokens: 1000 },
  { ...zero, output_tokens: 1000 },
  { ...zero, cache_read_input_tokens: 1000 },
  { ...zero, cache_creation_input_tokens: 1000 },
  {
    input_tokens: 30_000,
    cache_read_input_tokens: 40_000,
    cache_creation_input_tokens: 30_000,
    output_tokens: 7,
  },
  {
    input_tokens: 30_000,
    cache_read_input_tokens: 40_000,
    cache_creation_input_tokens: 30_001,
    output_tokens: 7,
  },
];

const datedModels = [
  "claude-haiku-4-5-20251001",
  "claude-sonnet-4-5-20250929",
  "claude-opus-4-5-20251101",
];

suite("estimateCost", () => {
  suite("against the real CLI", () => {
    // One process for all models: to start it costs more than all that one model is asked.
    let cli: RealCli;
    let process: CliProcess;
    let usage = zero;
    let total = 0;
    before(async () => {
      cli = await realCli(() => message({ blocks: [textBlock("ok")], usage }));
      process = await cli.start({ kind: "new", id: randomUUID() });
    });
    after(() => cli[Symbol.asyncDispose]());

    /** What the CLI says that each of the requests cost, and by which id it asked for the model. */
    const costsOf = async (model: string) => {
      usage = zero;
      // It asks the model for a word, to see whether there is one of that name.
      await process.setModel(model);
      const before = cli.api.requests.length;
      const costs: number[] = [];
      for (usage of requests) {
        const turn = { uuid: randomUUID(), text: "go" };
        const end = await process.turn(turn, { signal: never, onEvent: () => {} });
        assert(end.kind === "result" && !end.result.is_error);
        costs.push(end.result.total_cost_usd - total);
        total = end.result.total_cost_usd;
      }
      const asked = cli.api.requests.slice(before).map(({ body }) => body.model);
      assert.equal(asked.length, requests.length);
      return { asked: asked[0] ?? "", costs };
    };

    for (const model of [...pricedModels, ...datedModels, "sonnet[1m]"]) {
      test(`${model}: what the CLI reckons, for the alias and for the id that it asks for`, async () => {
        const { asked, costs } = await costsOf(model);
        for (const name of [model, asked]) {
          const estimates = requests.map((usage) => estimateCost(name, usage));
          assert.deepEqual(estimates.map(toNano), costs.map(toNano), name);
        }
      });
    }
  });

  test("a model that is not known: undefined, not a guess", () => {
    for (const model of ["", "gpt-9", "claude-sonnet-99", "claude-opus", "constructor"]) {
      assert.equal(estimateCost(model, { ...zero, input_tokens: 1 }), undefined, model);
    }
  });
});

/** Billionths of a dollar: every price is a whole number of them for a token or so. */
function toNano(usd: number | undefined): number | undefined {
  return usd === undefined ? undefined : Math.round(usd * 1e9);
}
