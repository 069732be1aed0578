import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { limits, startBreaker } from "./breaker.ts";

suite("Breaker", () => {
  test("failures in a row: it opens at the threshold, and refuses", () => {
    const { breaker, changes, attempt } = startBreaker();
    for (let count = 1; count < 5; count += 1) attempt("failure");
    assert.equal(breaker.state, "closed");
    attempt("failure");
    assert.deepEqual(changes, ["closed>open"]);
    assert.equal(breaker.tryAcquire(), undefined);
  });

  test("a success in between: the failures are counted anew", () => {
    const { breaker, attempt } = startBreaker();
    for (let count = 0; count < 4; count += 1) attempt("failure");
    attempt("success");
    for (let count = 0; count < 4; count += 1) attempt("failure");
    assert.equal(breaker.state, "closed");
  });

  test("open: says when to come back, and lets one through from then on", () => {
    const { breaker, clock } = startOpen();
    assert.equal(breaker.retryAt, clock.now + 60_000);
    clock.now += 59_999;
    assert.equal(breaker.retryAt, clock.now + 1);
    assert.equal(breaker.tryAcquire(), undefined);
    clock.now += 1;
    assert.equal(breaker.retryAt, clock.now);
    assert(breaker.tryAcquire());
    assert.equal(breaker.state, "half-open");
  });

  test("open for longer than its time, with nobody trying: the retry is now, never in the past", () => {
    const { breaker, clock } = startOpen();
    clock.now += 3_600_000;
    assert.equal(breaker.state, "open");
    assert.equal(breaker.retryAt, clock.now);
  });

  test("not open: there is no time to wait for", () => {
    const { breaker } = startBreaker();
    assert.equal(breaker.retryAt, undefined);
    assert.equal(startHalfOpen().breaker.retryAt, undefined);
  });

  test("half-open: one attempt at a time, and so many successes close it", () => {
    const { breaker, changes, probe } = startHalfOpen();
    assert.equal(breaker.tryAcquire(), undefined);
    probe.record("success");
    const second = breaker.tryAcquire();
    assert(second);
    assert.equal(breaker.tryAcquire(), undefined);
    second.record("success");
    assert.deepEqual(changes, ["closed>open", "open>half-open", "half-open>closed"]);
  });

  test("half-open and a failure, even after a success: it opens for the whole time again", () => {
    const { breaker, probe, clock } = startHalfOpen();
    probe.record("success");
    breaker.tryAcquire()?.record("failure");
    assert.equal(breaker.state, "open");
    assert.equal(breaker.retryAt, clock.now + 60_000);
    clock.now += 60_000;
    breaker.tryAcquire()?.record("success");
    assert.equal(breaker.state, "half-open");
  });

  test("a permit that is given back: counts for nothing, and another may try", () => {
    const { breaker, probe } = startHalfOpen();
    probe[Symbol.dispose]();
    breaker.tryAcquire()?.[Symbol.dispose]();
    const next = breaker.tryAcquire();
    assert(next);
    assert.equal(breaker.tryAcquire(), undefined);
    next.record("success");
    assert.equal(breaker.state, "half-open");
  });

  test("closed and a permit that is given back: the failures before it still count", () => {
    const { breaker, attempt } = startBreaker();
    for (let count = 0; count < 4; count += 1) attempt("failure");
    breaker.tryAcquire()?.[Symbol.dispose]();
    assert.equal(breaker.state, "closed");
    attempt("failure");
    assert.equal(breaker.state, "open");
  });

  test("a permit that was settled: a second time and its disposal change nothing", () => {
    const { breaker, probe } = startHalfOpen();
    probe.record("success");
    const next = breaker.tryAcquire();
    assert(next);
    probe.record("failure");
    probe[Symbol.dispose]();
    assert.equal(breaker.state, "half-open");
    assert.equal(breaker.tryAcquire(), undefined);
  });

  test("an attempt from before it opened: says nothing of the time after", () => {
    const { breaker, attempt, clock } = startBreaker();
    const [late, later] = [breaker.tryAcquire(), breaker.tryAcquire()];
    for (let count = 0; count < 5; count += 1) attempt("failure");
    clock.now += 60_000;
    const probe = breaker.tryAcquire();
    late?.record("failure");
    assert.equal(breaker.state, "half-open");
    later?.record("success");
    probe?.record("success");
    assert.equal(breaker.state, "half-open");
  });

  test("a clock that was set back: does not keep it open", () => {
    const { breaker, clock } = startOpen();
    clock.now -= 86_400_000;
    assert.equal(breaker.retryAt, clock.now);
    assert(breaker.tryAcquire());
  });
});

function startOpen() {
  const started = startBreaker();
  for (let count = 0; count < limits.failureThreshold; count += 1) started.attempt("failure");
  return started;
}

/** With its first probe under way. */
function startHalfOpen() {
  const started = startOpen();
  started.clock.now += limits.openTimeout;
  const probe = started.breaker.tryAcquire();
  assert(probe);
  return { ...started, probe };
}
