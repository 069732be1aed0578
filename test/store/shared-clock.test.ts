import assert from "node:assert/strict";
import { test } from "node:test";
import { SharedClock } from "#runner/store/shared-clock.ts";

/** How far it is ahead of a clock that shows `ahead` more than {@link performance.now}. */
function offBy(clock: SharedClock, ahead: number): number {
  return clock.now() - performance.now() - ahead;
}

test("SharedClock that is answered slowly: stays where it is", () => {
  const clock = new SharedClock({ shown: 5001, askedAt: 0, heardAt: 2 });
  // What was shown had 3 s to come, or the question had.
  clock.learn({ shown: 15_001, askedAt: 10_000, heardAt: 13_000 });
  clock.learn({ shown: 28_000, askedAt: 20_000, heardAt: 23_001 });
  assert.ok(Math.abs(offBy(clock, 5000)) < 5);
});

test("SharedClock that began with a slow answer: is corrected by a quick one", () => {
  const clock = new SharedClock({ shown: 5000, askedAt: 0, heardAt: 2000 });
  assert.ok(Math.abs(offBy(clock, 4000)) < 5);
  clock.learn({ shown: 15_001, askedAt: 10_000, heardAt: 10_002 });
  assert.ok(Math.abs(offBy(clock, 5000)) < 5);
});

test("SharedClock of a clock that was set: follows", () => {
  const clock = new SharedClock({ shown: 5001, askedAt: 0, heardAt: 2 });
  for (const ahead of [3_605_000, 5000]) {
    clock.learn({ shown: 10_001 + ahead, askedAt: 10_000, heardAt: 10_002 });
    assert.ok(Math.abs(offBy(clock, ahead)) < 5);
  }
});
