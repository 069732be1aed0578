import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isTerminalType } from "#shared/journal.ts";
import { isTerminal } from "#shared/task.ts";
import { done, story } from "../drive.ts";
import type { NewPlace } from "../place.ts";
import { Run } from "./run.ts";
import { anyStep } from "./step.ts";

/** Any steps in any order, beside a model in memory that is simple enough to be right. */
export function modelContract(newPlace: NewPlace, { runs }: { runs: number }): void {
  test("the store does what the model does, and every task comes to one end", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 40 }), async (steps) => {
        await using place = await newPlace();
        await using run = await Run.start(place);
        for (const step of steps) await run.take(step);
        await run.compare();
        await runDry(run);
        await run.compare();
        for (const { id } of run.model.tasks) {
          const { state, types } = await story(run.store, id);
          assert.ok(state !== undefined && isTerminal(state), `${id} is ${state}`);
          assert.equal(types.findIndex(isTerminalType), types.length - 1);
        }
      }),
      { numRuns: runs },
    );
  });
}

/** Runs all that is queued, so that nothing can be left behind. */
async function runDry(run: Run): Promise<void> {
  await run.take({ type: "reopen" });
  await run.take({ type: "advance", ms: 1_000_000 });
  while (run.model.next(0) !== undefined) {
    await run.take({ type: "claim", host: 0 });
    await run.take({ type: "finish", claim: run.claims.length - 1, outcome: done });
  }
}
