import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { gigabyte, startDegradation } from "./degradation.ts";

suite("Degradation goes up at once", () => {
  test("memory above the limits: level 1, then 2, with what it is and what it may be", () => {
    const { degradation, sample, changes } = startDegradation();
    sample({ memoryBytes: gigabyte });
    assert.equal(degradation.level, 0);
    assert.deepEqual(degradation.reasons, []);
    sample({ memoryBytes: gigabyte + 1 });
    sample({ memoryBytes: 2 * gigabyte + 1 });
    const memory = (value: number, threshold: number) => [{ trigger: "memory", value, threshold }];
    assert.deepEqual(changes, [
      { from: 0, to: 1, at: 0, reasons: memory(gigabyte + 1, gigabyte) },
      { from: 1, to: 2, at: 0, reasons: memory(2 * gigabyte + 1, 2 * gigabyte) },
    ]);
  });

  test("memory far above at the first look: level 2 without the step between", () => {
    const { sample, changes } = startDegradation();
    sample({ memoryBytes: 3 * gigabyte });
    assert.deepEqual(
      changes.map(({ from, to }) => [from, to]),
      [[0, 2]],
    );
  });

  test("memory that can't be read: no reason to degrade", () => {
    const { degradation } = startDegradation();
    degradation.sample({ memoryBytes: undefined, queueDepth: 0, queueLimit: 100 });
    assert.equal(degradation.level, 0);
  });

  test("a queue above its share: level 1", () => {
    const { degradation, sample } = startDegradation();
    sample({ queueDepth: 8, queueLimit: 10 });
    assert.equal(degradation.level, 0);
    sample({ queueDepth: 9 });
    assert.equal(degradation.level, 1);
    assert.deepEqual(degradation.reasons, [{ trigger: "queue_depth", value: 0.9, threshold: 0.8 }]);
  });

  test("several triggers: all of them are told, as they stand now", () => {
    const { degradation, sample } = startDegradation();
    sample({ memoryBytes: 1.5 * gigabyte });
    sample({ memoryBytes: 1.2 * gigabyte, queueDepth: 90 });
    assert.deepEqual(
      degradation.reasons.map(({ trigger, value }) => [trigger, value]),
      [
        ["memory", 1.2 * gigabyte],
        ["queue_depth", 0.9],
      ],
    );
  });

  test("more than a tenth of the tasks failed: level 1, when there were ten", () => {
    const { degradation, record } = startDegradation();
    record("failure", 2);
    record("success", 7);
    assert.equal(degradation.level, 0);
    record("success");
    assert.equal(degradation.level, 1);
    assert.deepEqual(degradation.reasons, [{ trigger: "error_rate", value: 0.2, threshold: 0.1 }]);
  });

  test("tasks of more than 10 minutes ago: don't count", () => {
    const { degradation, record, clock } = startDegradation();
    record("failure", 4);
    record("success", 5);
    clock.now += 600_000;
    record("success", 10);
    assert.equal(degradation.level, 0);
  });

  test("tasks before the last 20: don't count", () => {
    const { degradation, record } = startDegradation({
      degradedWhenErrorRateAbove: 0.5,
      oneShotWhenConsecutiveFailures: 100,
    });
    record("success", 80);
    record("failure", 10);
    assert.equal(degradation.level, 0);
    record("failure");
    assert.deepEqual(degradation.reasons, [{ trigger: "error_rate", value: 0.55, threshold: 0.5 }]);
  });

  test("five failures in a row, however slowly: level 2", () => {
    const { degradation, record, clock } = startDegradation();
    for (let count = 1; count <= 5; count += 1) {
      assert.equal(degradation.level, 0);
      clock.now += 900_000;
      record("failure");
    }
    assert.equal(degradation.level, 2);
    assert.deepEqual(degradation.reasons, [
      { trigger: "consecutive_failures", value: 5, threshold: 5 },
    ]);
  });

  test("a success among failures: they are counted anew", () => {
    const { degradation, record } = startDegradation();
    record("failure", 4);
    record("success");
    record("failure", 4);
    assert.equal(degradation.level, 0);
  });
});

for (const off of [{ enabled: false }, { autoDowngrade: false }]) {
  test(`Degradation with ${JSON.stringify(off)} stays at level 0`, () => {
    const { degradation, sample, record, changes } = startDegradation(off);
    sample({ memoryBytes: 9 * gigabyte, queueDepth: 100 });
    record("failure", 20);
    assert.equal(degradation.level, 0);
    assert.deepEqual(degradation.reasons, []);
    assert.deepEqual(changes, []);
  });
}
