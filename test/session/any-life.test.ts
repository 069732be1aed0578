import { test } from "node:test";
import fc from "fast-check";
import type { PoolMode } from "#runner/session/pool.ts";
import { AnyLife } from "./any-life.ts";

const sessions = 4;

test("SessionManager keeps its promises with spares and in all modes, whatever is done", async () => {
  const property = fc.asyncProperty(fc.array(anyStep, { maxLength: 25 }), async (steps) => {
    await using life = await AnyLife.begin(sessions);
    for (const step of steps) {
      await step.take(life);
      await life.check();
    }
  });
  // Time is for shrinking too; a slow machine makes fewer runs.
  await fc.assert(property, { numRuns: 6, interruptAfterTimeLimit: 20_000 });
});

interface Step {
  take(life: AnyLife): Promise<void>;
  toString(): string;
}

const anySession = fc.nat(sessions - 1);
const named = (name: string, take: Step["take"]): Step => ({ take, toString: () => name });
const one = (name: string, take: (life: AnyLife, index: number) => Promise<void>) =>
  anySession.map((index) => named(`${name} ${index}`, (life) => take(life, index)));

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: one("lease", (life, index) => life.lease(index)), weight: 4 },
  { arbitrary: one("release", (life, index) => life.release(index)), weight: 3 },
  { arbitrary: one("turn", (life, index) => life.turn(index)), weight: 3 },
  one("give up", (life, index) => life.giveUp(index)),
  one("kill", (life, index) => life.kill(index)),
  one("terminate", (life, index) => life.terminate(index)),
  one("discard", (life, index) => life.discard(index)),
  fc.constant(named("refill", (life) => life.refill())),
  fc
    .constantFrom<PoolMode[]>("pooled", "frozen", "one_shot")
    .map((mode) => named(mode, (life) => life.setMode(mode))),
);
