import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Permit } from "#runner/resilience/breaker.ts";
import { startBreaker } from "./breaker.ts";

const legalChanges = ["closed>open", "open>half-open", "half-open>open", "half-open>closed"];

const anyLimits = fc.record({
  failureThreshold: fc.integer({ min: 1, max: 4 }),
  successThreshold: fc.integer({ min: 1, max: 3 }),
  openTimeout: fc.integer({ min: 1, max: 100 }),
});
const anyStep = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("acquire") }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("settle"),
      which: fc.nat(20),
      how: fc.constantFrom("success", "failure", "failure", "release"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("wait"), ms: fc.nat(150) }) },
);

test("Breaker, any interleaving: only legal changes, at most one probe, and it closes when all is well", () => {
  fc.assert(
    fc.property(anyLimits, fc.array(anyStep, { maxLength: 200 }), (options, steps) => {
      const run = startBreaker(options);
      const { breaker, clock } = run;
      /** Permits that are out, with the number of changes when they were given. */
      const out: { permit: Permit; since: number }[] = [];
      let openedAt: number | undefined;
      for (const step of steps) {
        if (step.kind === "wait") clock.now += step.ms;
        else if (step.kind === "acquire") {
          const before = breaker.state;
          const probing = out.some(({ since }) => since === run.changes.length);
          const permit = breaker.tryAcquire();
          const isDue = openedAt !== undefined && clock.now >= openedAt + options.openTimeout;
          const expected =
            before === "closed" ||
            (before === "open" && isDue) ||
            (before === "half-open" && !probing);
          assert.equal(permit !== undefined, expected, `${before} ${run.changes}`);
          if (permit) out.push({ permit, since: run.changes.length });
        } else {
          const [taken] = out.splice(step.which % Math.max(1, out.length), 1);
          if (step.how === "release") taken?.permit[Symbol.dispose]();
          else taken?.permit.record(step.how);
        }
        if (breaker.state !== "open") openedAt = undefined;
        else openedAt ??= clock.now;
      }
      assert.deepEqual(
        run.changes.filter((change) => !legalChanges.includes(change)),
        [],
      );
      for (const [index, change] of run.changes.entries()) {
        const from = run.changes[index - 1]?.split(">")[1] ?? "closed";
        assert.equal(change.split(">")[0], from);
      }

      for (const { permit } of out) permit[Symbol.dispose]();
      clock.now += options.openTimeout;
      for (let count = 0; count < options.successThreshold; count += 1) run.attempt("success");
      assert.equal(breaker.state, "closed");
    }),
  );
});
