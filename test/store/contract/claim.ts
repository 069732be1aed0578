import assert from "node:assert/strict";
import { test } from "node:test";
import { accepted, claimed, done, retryIn, said, story } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

/** Who runs next, and what a claim is good for. */
export function claimContract(newPlace: NewPlace): void {
  test("an empty queue: nothing", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    assert.equal(await store.claim(), undefined);
  });

  test("a queued task: running, counted and in its journal", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    place.now += 1000;
    const { task, fence } = await claimed(store);
    assert.equal(fence.attempt, 1);
    assert.deepEqual(await store.task(id), task);
    assert.equal(task.state, "running");
    assert.equal(task.attempt, 1);
    assert.equal(task.started_at, "2026-01-02T03:04:06.678Z");
    const [entry] = await store.journal(id, 1, 10);
    assert.equal(entry?.type, "task.started");
    assert.deepEqual(entry?.data, { attempt: 1, host: "test-host" });
  });

  test("tasks of a session: one at a time, in the order they came", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const closes = [1, 2, 3].map(() => handOff(7, { kind: "close" }));
    for (const close of closes) await accepted(store, close);
    for (const { task_id } of closes) {
      const claim = await claimed(store);
      assert.equal(claim.task.id, task_id);
      assert.equal(await store.claim(), undefined);
      await store.finish(claim, done);
    }
    assert.equal(await store.claim(), undefined);
  });

  test("tasks of different sessions: side by side, the oldest first", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const ids = [await accepted(store, handOff(1)), await accepted(store, handOff(2))];
    const claims = [await claimed(store), await claimed(store)];
    assert.deepEqual(
      claims.map(({ task }) => task.id),
      ids,
    );
  });

  test("many claims at once: each task goes to one of them", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    for (let number = 1; number <= 10; number += 1) await accepted(store, handOff(number));
    const claims = await Promise.all(Array.from({ length: 20 }, () => store.claim()));
    const ids = claims.flatMap((claim) => (claim === undefined ? [] : [claim.task.id]));
    assert.equal(ids.length, 10);
    assert.equal(new Set(ids).size, 10);
  });

  test("a task that waits for its next attempt: holds its session, and no other", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const first = await accepted(store, handOff(7, { kind: "close" }));
    const second = await accepted(store, handOff(7, { kind: "close" }));
    await store.finish(await claimed(store), retryIn(5000));
    assert.equal(await store.claim(), undefined);
    const other = await accepted(store, handOff(8));
    assert.equal((await claimed(store)).task.id, other);
    place.now += 4999;
    assert.equal(await store.claim(), undefined);
    place.now += 1;
    const again = await claimed(store);
    assert.equal(again.task.id, first);
    assert.equal(again.fence.attempt, 2);
    await store.finish(again, done);
    assert.equal((await claimed(store)).task.id, second);
  });

  test("a clock that was set back: a task without a delay is due all the same", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    for (const outcome of [retryIn(0), { state: "released" } as const]) {
      place.now -= 3_600_000;
      const claim = await claimed(store);
      assert.equal(claim.task.id, id);
      await store.finish(claim, outcome);
    }
    place.now -= 3_600_000;
    await claimed(store);
  });

  test("a claim whose attempt has ended: can neither append nor finish", async () => {
    for (const outcome of [done, retryIn(0), { state: "released" } as const]) {
      await using place = await newPlace();
      await using store = await place.open();
      const id = await accepted(store);
      const stale = await claimed(store);
      await store.finish(stale, outcome);
      const ended = await story(store, id);
      assert.equal(await store.append(stale, [said("late")]), false);
      assert.equal(await store.finish(stale, done), false);
      assert.deepEqual(await story(store, id), ended);
    }
  });

  test("a claim that a later one of the same task replaced: fenced off", async () => {
    for (const outcome of [retryIn(0), { state: "released" } as const]) {
      await using place = await newPlace();
      await using store = await place.open();
      const id = await accepted(store);
      const stale = await claimed(store);
      await store.finish(stale, outcome);
      const current = await claimed(store);
      const before = await story(store, id);
      assert.equal(await store.append(stale, [said("late")]), false);
      assert.equal(await store.finish(stale, done), false);
      assert.deepEqual(await story(store, id), before);
      assert.equal(await store.append(current, [said("in time")]), true);
      assert.equal(await store.finish(current, done), true);
    }
  });
}
