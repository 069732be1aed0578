import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type RetryPolicy, retryDelay } from "#runner/dispatch/retry-policy.ts";
import { CicdError, errorCodes } from "#shared/error.ts";

const anyPolicy: fc.Arbitrary<RetryPolicy> = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 100 }),
  initialDelay: fc.integer({ min: 1, max: 60_000 }),
  maxDelay: fc.integer({ min: 1, max: 3_600_000 }),
  backoffFactor: fc.double({ min: 1, max: 100, noNaN: true }),
});
const anyError = fc.constantFrom(...errorCodes).map((code) => new CicdError(code, "Broke"));
/** What `Math.random` may give. */
const anyChance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const anyAttempt = fc.integer({ min: 1, max: 120 });

test("retryDelay repeats exactly what may pass by itself, until the last attempt", () => {
  fc.assert(
    fc.property(anyError, fc.integer({ min: -2, max: 2 }), anyPolicy, (error, beyond, policy) => {
      const attempt = Math.max(1, policy.maxAttempts + beyond);
      const mayPass = ["transient", "platform"].includes(error.category);
      const isRepeated = retryDelay(error, attempt, policy) !== undefined;
      assert.equal(isRepeated, mayPass && attempt < policy.maxAttempts);
    }),
  );
});

test("retryDelay is a whole number of milliseconds, and grows no further than its bounds", () => {
  const error = new CicdError("model_overloaded", "Busy");
  fc.assert(
    fc.property(anyAttempt, anyPolicy, anyChance, (attempt, given, chance) => {
      const policy = { ...given, maxAttempts: attempt + 1 };
      const delay = retryDelay(error, attempt, policy, () => chance);
      const { initialDelay, maxDelay, backoffFactor } = policy;
      assert(Number.isSafeInteger(delay), `${delay}`);
      assert(delay !== undefined && delay >= 0 && delay <= maxDelay, `${delay}`);
      // Half a millisecond is what rounding may add.
      assert(delay <= initialDelay * backoffFactor ** (attempt - 1) + 0.5, `${delay}`);
    }),
  );
});

test("retryDelay spreads over the whole time, which is multiplied with each attempt", () => {
  const policy = { maxAttempts: 9, initialDelay: 1000, maxDelay: 5000, backoffFactor: 2 };
  const error = new CicdError("store_unavailable", "Disk full");
  const delays = (chance: number) =>
    [1, 2, 3, 4].map((attempt) => retryDelay(error, attempt, policy, () => chance));
  assert.deepEqual(delays(0), [0, 0, 0, 0]);
  assert.deepEqual(delays(0.5), [500, 1000, 2000, 2500]);
  assert.deepEqual(delays(1), [1000, 2000, 4000, 5000]);
});
