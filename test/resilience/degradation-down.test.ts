import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { gigabyte, holdTime, startDegradation } from "./degradation.ts";

suite("Degradation goes down when it has been calm", () => {
  test("a load that falls: the level does one step for each hold time, and says why it stayed", () => {
    const { degradation, sample, wait, changes } = startDegradation();
    sample({ memoryBytes: 3 * gigabyte });
    sample({ memoryBytes: 0 });
    wait(holdTime - 1);
    assert.equal(degradation.level, 2);
    assert.deepEqual(
      degradation.reasons.map(({ trigger }) => trigger),
      ["memory"],
    );
    wait(holdTime * 3);
    assert.deepEqual(
      changes.map(({ from, to, reasons }) => [from, to, reasons.length]),
      [
        [0, 2, 1],
        [2, 1, 1],
        [1, 0, 0],
      ],
    );
    assert.deepEqual(degradation.reasons, []);
  });

  test("a load that falls below the limit, but not to 80 % of it: the level stays", () => {
    const { degradation, sample, wait } = startDegradation();
    sample({ memoryBytes: 1.1 * gigabyte });
    sample({ memoryBytes: 0.81 * gigabyte });
    wait(10 * holdTime);
    assert.equal(degradation.level, 1);
    sample({ memoryBytes: 0.8 * gigabyte });
    wait(holdTime);
    assert.equal(degradation.level, 0);
  });

  test("a load that rises in between: the hold time begins anew", () => {
    const { degradation, sample, wait } = startDegradation();
    sample({ queueDepth: 90 });
    sample({ queueDepth: 10 });
    wait(holdTime - 1000);
    sample({ queueDepth: 70 });
    sample({ queueDepth: 10 });
    wait(holdTime - 1000);
    assert.equal(degradation.level, 1);
    wait(1000);
    assert.equal(degradation.level, 0);
  });

  test("calm that is seen for the first time: is not taken for calm all along", () => {
    const { degradation, sample, clock } = startDegradation();
    sample({ memoryBytes: 1.1 * gigabyte });
    clock.now += 2 * holdTime;
    sample({ memoryBytes: 0 });
    assert.equal(degradation.level, 1);
    clock.now += holdTime;
    sample();
    assert.equal(degradation.level, 0);
  });

  test("level 2 is over and memory is still above the lower limit: level 1 stays", () => {
    const { degradation, sample, wait } = startDegradation();
    sample({ memoryBytes: 2.1 * gigabyte });
    sample({ memoryBytes: 1.5 * gigabyte });
    wait(10 * holdTime);
    assert.equal(degradation.level, 1);
    assert.deepEqual(degradation.reasons, [
      { trigger: "memory", value: 1.5 * gigabyte, threshold: gigabyte },
    ]);
  });

  test("failures and then a success: it goes down after the hold time", () => {
    const { degradation, record, wait } = startDegradation();
    record("failure", 5);
    record("success");
    wait(holdTime - 1000);
    assert.equal(degradation.level, 2);
    wait(1000);
    assert.equal(degradation.level, 1);
  });

  test("failures and then no task at all: it goes down too, and the next failure is one too many", () => {
    const { degradation, record, wait } = startDegradation();
    record("failure", 5);
    wait(3 * holdTime);
    assert.equal(degradation.level, 0);
    record("failure");
    assert.equal(degradation.level, 2);
  });

  test("failures that go on: it stays, though each is long after the one before", () => {
    const { degradation, record, wait } = startDegradation();
    record("failure", 5);
    for (let count = 0; count < 5; count += 1) {
      wait(holdTime + 10_000);
      assert.equal(degradation.level, 2);
      record("failure");
    }
  });
});
