import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outcome } from "#runner/store/store.ts";
import { accepted, claimed, done, retryIn, story, trouble } from "../drive.ts";
import type { NewPlace } from "../place.ts";

const endings: [outcome: Outcome, type: string, data: unknown][] = [
  [done, "task.succeeded", { result: { kind: "close" } }],
  [{ state: "failed", error: trouble }, "task.failed", { error: trouble }],
  [{ state: "cancelled", reason: "asked" }, "task.cancelled", { reason: "asked" }],
  [{ state: "superseded", by: "other" }, "task.superseded", { by: "other" }],
];

/** How attempts end. */
export function finishContract(newPlace: NewPlace): void {
  for (const [outcome, type, data] of endings) {
    test(`${outcome.state}: ends the task with ${type}, once`, async () => {
      await using place = await newPlace();
      await using store = await place.open();
      const id = await accepted(store);
      const claim = await claimed(store);
      place.now += 2000;
      assert.equal(await store.finish(claim, outcome), true);
      assert.equal(await store.finish(claim, outcome), false);
      const types = ["task.queued", "task.started", type];
      assert.deepEqual(await story(store, id), { state: outcome.state, types });
      const [entry] = await store.journal(id, 2, 10);
      assert.deepEqual(entry?.data, data);
      const task = await store.task(id);
      assert.equal(task?.ended_at, "2026-01-02T03:04:07.678Z");
      assert.deepEqual(task?.result, outcome.state === "succeeded" ? outcome.result : null);
      assert.deepEqual(task?.error, outcome.state === "failed" ? outcome.error : null);
      assert.equal(await store.claim(), undefined);
    });
  }

  test("two ends at once: the first counts", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    const claim = await claimed(store);
    const ends = endings.map(([outcome]) => store.finish(claim, outcome));
    assert.deepEqual(await Promise.all(ends), [true, false, false, false]);
    assert.equal((await story(store, id)).types.length, 3);
  });

  test("queued: another attempt after the delay, told in the journal", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    await store.finish(await claimed(store), retryIn(5000));
    const types = ["task.queued", "task.started", "task.retrying"];
    assert.deepEqual(await story(store, id), { state: "queued", types });
    const [entry] = await store.journal(id, 2, 10);
    assert.deepEqual(entry?.data, { attempt: 1, delay_ms: 5000, error: trouble });
    place.now += 5000;
    assert.equal((await claimed(store)).task.attempt, 2);
    assert.equal((await store.task(id))?.started_at, "2026-01-02T03:04:05.678Z");
  });

  test("released: the same attempt again at once, as if it had not begun", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    assert.equal(await store.finish(await claimed(store), { state: "released" }), true);
    assert.equal((await store.task(id))?.attempt, 0);
    assert.equal((await claimed(store)).task.attempt, 1);
  });

  for (const outcome of [retryIn(5000), { state: "released" } as const]) {
    test(`${outcome.state} after an interruption: the task ends by it instead`, async () => {
      await using place = await newPlace();
      await using store = await place.open();
      const first = await accepted(store);
      const claim = await claimed(store);
      const second = await accepted(store);
      await store.finish(claim, outcome);
      assert.equal((await story(store, first)).state, "superseded");
      const again = await claimed(store);
      assert.equal(again.task.id, second);
      await store.cancel(second, "asked");
      await store.finish(again, outcome);
      assert.equal((await story(store, second)).state, "cancelled");
      assert.equal(await store.claim(), undefined);
    });
  }

  test("succeeded after an interruption that came too late: succeeded", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    const claim = await claimed(store);
    await store.cancel(id, "asked");
    await store.finish(claim, done);
    assert.equal((await story(store, id)).state, "succeeded");
    assert.equal(await store.interruption(id), undefined);
  });
}
