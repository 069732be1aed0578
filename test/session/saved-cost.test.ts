import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { savedCost } from "#runner/session/saved-cost.ts";
import { tempFolder } from "../temp-folder.ts";

const state = (totalCostUSD: unknown) => JSON.stringify({ type: "cost-state", totalCostUSD });
const said = JSON.stringify({ type: "user", text: `${state(9)}${"x".repeat(100_000)}` });

test("savedCost: what was saved last, of whatever was said before and since", async () => {
  for (const [lines, expected] of [
    [[said], undefined],
    [[said, state(1), said, state(2.5), said], 2.5],
    [[state(1), state("much")], undefined],
    [[state(1), '{"type":"cost-st'], 1],
    [[state(1), `${state(2).slice(0, -2)}{"type":"user"}`, said], 1],
  ] as const) {
    await using folder = await tempFolder();
    const path = join(folder.path, "talk.jsonl");
    assert.equal(await savedCost(path), undefined);
    await writeFile(path, lines.join("\n"));
    assert.equal(await savedCost(path), expected);
  }
});
