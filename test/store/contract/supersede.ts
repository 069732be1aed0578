import assert from "node:assert/strict";
import { test } from "node:test";
import { accepted, claimed, done, retryIn, story } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

/** What a new task does to the earlier ones of its session. */
export function supersedeContract(newPlace: NewPlace): void {
  test("a queued review: ended as superseded by the new one", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const first = await accepted(store);
    const second = await accepted(store);
    const types = ["task.queued", "task.superseded"];
    assert.deepEqual(await story(store, first), { state: "superseded", types });
    const [entry] = await store.journal(first, 1, 1);
    assert.deepEqual(entry?.data, { by: second });
    assert.equal((await store.task(first))?.ended_at, "2026-01-02T03:04:05.678Z");
    assert.equal((await claimed(store)).task.id, second);
  });

  test("a review that waits for its next attempt: ended as superseded", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const first = await accepted(store);
    await store.finish(await claimed(store), retryIn(60_000));
    const second = await accepted(store);
    assert.equal((await story(store, first)).state, "superseded");
    assert.equal((await claimed(store)).task.id, second);
  });

  test("a running review: interrupted, and the new one waits for it to end", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const first = await accepted(store);
    const claim = await claimed(store);
    assert.equal(await store.interruption(first), undefined);
    const second = await accepted(store);
    assert.equal((await story(store, first)).state, "running");
    assert.deepEqual(await store.interruption(first), { kind: "superseded", by: second });
    assert.equal(await store.claim(), undefined);
    await store.finish(claim, { state: "superseded", by: second });
    assert.equal(await store.interruption(first), undefined);
    assert.equal((await claimed(store)).task.id, second);
  });

  test("running and queued reviews: the newest alone goes on", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const first = await accepted(store);
    const claim = await claimed(store);
    const second = await accepted(store);
    const third = await accepted(store);
    assert.equal((await story(store, second)).state, "superseded");
    assert.deepEqual(await store.interruption(first), { kind: "superseded", by: second });
    await store.finish(claim, { state: "superseded", by: second });
    assert.equal((await claimed(store)).task.id, third);
    for (const [id, supersedes] of [
      [first, undefined],
      [second, [first]],
      [third, [first, second]],
    ] as const) {
      const [queued] = await store.journal(id, 0, 1);
      assert(queued?.type === "task.queued");
      assert.deepEqual(queued.data.supersedes?.toSorted(), supersedes?.toSorted());
    }
  });

  test("a close: supersedes reviews that are queued or run", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const running = await accepted(store);
    const claim = await claimed(store);
    const queued = await accepted(store);
    const close = await accepted(store, handOff(7, { kind: "close" }));
    assert.equal((await story(store, queued)).state, "superseded");
    assert.notEqual(await store.interruption(running), undefined);
    await store.finish(claim, { state: "superseded", by: close });
    assert.equal((await claimed(store)).task.id, close);
  });

  test("a queued close: a later review leaves it alone and runs after it", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const close = await accepted(store, handOff(7, { kind: "close" }));
    const review = await accepted(store);
    const claim = await claimed(store);
    assert.equal(claim.task.id, close);
    assert.equal(await store.interruption(close), undefined);
    await store.finish(claim, done);
    assert.equal((await claimed(store)).task.id, review);
  });

  test("reviews of another session, or that have ended: not touched", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const ended = await accepted(store);
    await store.finish(await claimed(store), done);
    const other = await accepted(store, handOff(8));
    await accepted(store);
    assert.equal((await story(store, ended)).state, "succeeded");
    assert.equal((await story(store, other)).state, "queued");
  });
}
