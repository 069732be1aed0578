import assert from "node:assert/strict";
import { Breaker, type BreakerState } from "#runner/resilience/breaker.ts";

/** The defaults of the configuration. */
export const limits = { failureThreshold: 5, successThreshold: 2, openTimeout: 60_000 };

/** A breaker with its clock, and what it told: `from>to`. */
export function startBreaker(options = limits) {
  const clock = { now: 1_000_000_000_000 };
  const changes: string[] = [];
  const onChange = (from: BreakerState, to: BreakerState) => {
    changes.push(`${from}>${to}`);
    assert.equal(breaker.state, to);
  };
  const breaker = new Breaker({ ...options, onChange, now: () => clock.now });
  const attempt = (outcome: "success" | "failure") => {
    using permit = breaker.tryAcquire();
    assert(permit);
    permit.record(outcome);
  };
  return { breaker, clock, changes, attempt };
}
