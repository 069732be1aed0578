import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import { accepted, claimed, done, retryIn, story } from "../drive.ts";
import type { NewPlace } from "../place.ts";

/** Cancelling a task in each of its states. */
export function cancelContract(newPlace: NewPlace): void {
  test("a queued task: removed, ended with its reason and never claimed", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    assert.equal(await store.cancel(id, "asked"), "removed");
    const types = ["task.queued", "task.cancelled"];
    assert.deepEqual(await story(store, id), { state: "cancelled", types });
    const [entry] = await store.journal(id, 1, 10);
    assert.deepEqual(entry?.data, { reason: "asked" });
    assert.equal(await store.claim(), undefined);
  });

  test("a task that waits for its next attempt: removed", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    await store.finish(await claimed(store), retryIn(5000));
    assert.equal(await store.cancel(id, "asked"), "removed");
    place.now += 5000;
    assert.equal(await store.claim(), undefined);
  });

  test("a running task: signalled, and it runs until its host ends it", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    const claim = await claimed(store);
    assert.equal(await store.cancel(id, "asked"), "signalled");
    assert.equal((await story(store, id)).state, "running");
    assert.deepEqual(await store.interruption(id), { kind: "cancelled", reason: "asked" });
    assert.equal(await store.finish(claim, { state: "cancelled", reason: "asked" }), true);
  });

  test("a running task twice, or after it was superseded: the first reason stays", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    await claimed(store);
    await store.cancel(id, "first");
    assert.equal(await store.cancel(id, "second"), "signalled");
    await accepted(store);
    assert.deepEqual(await store.interruption(id), { kind: "cancelled", reason: "first" });
  });

  test("a task that has ended: ended, and nothing changes", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    await store.finish(await claimed(store), done);
    const before = await story(store, id);
    assert.equal(await store.cancel(id, "asked"), "ended");
    assert.deepEqual(await story(store, id), before);
  });

  test("an unknown task: undefined", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    assert.equal(await store.cancel(v7(), "asked"), undefined);
    assert.equal(await store.interruption(v7()), undefined);
  });
}
