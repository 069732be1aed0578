import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { gigabyte, holdTime, startDegradation } from "./degradation.ts";

const anyStep = fc.oneof(
  fc.record({
    kind: fc.constant("sample"),
    memoryBytes: fc.integer({ min: 0, max: 30 }).map((tenths) => (tenths * gigabyte) / 10),
    queueDepth: fc.oneof(fc.integer({ min: 0, max: 64 }), fc.integer({ min: 0, max: 100 })),
  }),
  fc.record({
    kind: fc.constant("record"),
    outcome: fc.constantFrom("success", "success", "failure"),
    times: fc.integer({ min: 1, max: 12 }),
  }),
  fc.record({
    kind: fc.constant("wait"),
    time: fc.oneof(fc.nat(2 * holdTime), fc.nat(1000), fc.constant(600_000)),
  }),
);
const anySteps = fc.array(anyStep, { maxLength: 60 });
type Steps = typeof anySteps extends fc.Arbitrary<infer T> ? T : never;

/** Does all steps, and calls back after each, with the memory and queue that were told last. */
function drive(
  { sample, record, wait }: ReturnType<typeof startDegradation>,
  steps: Steps,
  afterStep: (load: { memoryBytes: number; queueDepth: number }) => void = () => {},
) {
  let load = { memoryBytes: 0, queueDepth: 0 };
  for (const step of steps) {
    if (step.kind === "wait") wait(step.time);
    else if (step.kind === "record") record(step.outcome, step.times);
    else {
      load = { memoryBytes: step.memoryBytes, queueDepth: step.queueDepth };
      sample(load);
    }
    afterStep(load);
  }
}

test("Degradation, whatever happens, is never below what the load asks for", () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const run = startDegradation();
      drive(run, steps, ({ memoryBytes, queueDepth }) => {
        const { level } = run.degradation;
        const isBusy = memoryBytes > gigabyte || queueDepth > 80;
        assert(level >= (memoryBytes > 2 * gigabyte ? 2 : isBusy ? 1 : 0), `${level}`);
      });
    }),
  );
});

test("Degradation, whatever happens, goes down one step at a time, and never within the hold time", () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const run = startDegradation();
      drive(run, steps);
      let last = { to: 0, at: Number.NEGATIVE_INFINITY };
      for (const { from, to, at } of run.changes) {
        assert.equal(from, last.to);
        assert.notEqual(to, from);
        if (to < from) {
          assert.equal(to, from - 1);
          assert(at - last.at >= holdTime, `${at} after ${last.at}`);
        }
        last = { to, at };
      }
      assert.equal(run.degradation.level, last.to);
    }),
  );
});

test("Degradation, whatever happens, has reasons exactly while it is degraded", () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const run = startDegradation();
      drive(run, steps, () => {
        const { level, reasons } = run.degradation;
        assert.equal(reasons.length > 0, level > 0);
      });
    }),
  );
});

test("Degradation, whatever happened, is back at level 0 when calm lasts, and stays there", () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const run = startDegradation();
      drive(run, steps);
      run.sample({ memoryBytes: 0, queueDepth: 0 });
      // Until the failed tasks are out of the window, then one hold time for each level.
      run.wait(600_000 + 3 * holdTime);
      assert.equal(run.degradation.level, 0);
      const { length } = run.changes;
      run.wait(600_000);
      assert.equal(run.changes.length, length);
    }),
  );
});
