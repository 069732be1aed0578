import assert from "node:assert/strict";
import { test } from "node:test";
import { Guard } from "#runner/resilience/guard.ts";
import type { TaskResult } from "#shared/task.ts";
import { reviewResult } from "../review-command/review-result.ts";
import { startBreaker } from "./breaker.ts";
import { startDegradation } from "./degradation.ts";

test("Guard: what no model was asked for tells nothing of the model", () => {
  const { breaker, clock, attempt } = startBreaker();
  const guard = new Guard(breaker, startDegradation().degradation);
  for (let count = 0; count < 5; count += 1) attempt("failure");
  clock.now += 60_000;
  const succeed = (result: TaskResult) => {
    const permit = guard.tryAcquire();
    assert(permit);
    guard.record(permit, { state: "succeeded", result });
  };
  const review = reviewResult({ summary: "Fine.", findings: [] });
  assert(review.kind === "review");
  for (let count = 0; count < 3; count += 1) {
    succeed({ ...review, cached: true });
    succeed({ kind: "close" });
  }
  assert.equal(breaker.state, "half-open");
  succeed(review);
  succeed(review);
  assert.equal(breaker.state, "closed");
});
