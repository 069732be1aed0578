import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { suite, test } from "node:test";
import { estimateCost, pricedModels } from "#runner/budget/prices.ts";
import { cliArguments } from "#runner/claude/arguments.ts";
import { CliProcess } from "#runner/claude/cli-process.ts";
import { cliEnvironment } from "#runner/claude/environment.ts";
import { prepareStateDir } from "#runner/state-dir.ts";
import type { Tokens } from "#shared/task.ts";
import { claudeCli } from "../claude-cli.ts";
import { textBlock } from "../messages-api/blocks.ts";
import { message } from "../messages-api/reply.ts";
import { startMessagesApi } from "../messages-api/start.ts";
import { tempFolder } from "../temp-folder.ts";

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
  suite("against the real CLI", { concurrency: Math.min(4, availableParallelism()) }, () => {
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

/** What the CLI says that each of the requests cost, and by which id it asked for the model. */
async function costsOf(model: string): Promise<{ asked: string; costs: number[] }> {
  await using folder = await tempFolder();
  await using api = await startMessagesApi({
    respond: (_request, count) =>
      message({ blocks: [textBlock("ok")], usage: requests[count] ?? {} }),
  });
  await prepareStateDir(folder.path);
  const signal = new AbortController().signal;
  const cli = await CliProcess.start(
    {
      executable: claudeCli,
      arguments: cliArguments(
        { kind: "new", id: randomUUID() },
        { model, maxTurns: 1, instructions: "" },
      ),
      environment: cliEnvironment({
        host: process.env,
        passOn: [],
        stateDir: folder.path,
        apiKey: "key",
        baseUrl: api.url,
      }),
      cwd: folder.path,
      startupTimeout: 60_000,
      silenceTimeout: 60_000,
      patience: 5000,
    },
    signal,
  );
  try {
    const totals = [0];
    for (const _usage of requests) {
      const turn = { uuid: randomUUID(), text: "go" };
      const end = await cli.turn(turn, { signal, onEvent: () => {} });
      assert(end.kind === "result" && !end.result.is_error);
      totals.push(end.result.total_cost_usd);
    }
    assert.equal(api.requests.length, requests.length);
    const costs = totals.slice(1).map((total, index) => total - (totals[index] ?? 0));
    return { asked: api.requests[0]?.body.model ?? "", costs };
  } finally {
    await cli.end("SIGKILL");
  }
}

/** Billionths of a dollar: every price is a whole number of them for a token or so. */
function toNano(usd: number | undefined): number | undefined {
  return usd === undefined ? undefined : Math.round(usd * 1e9);
}
