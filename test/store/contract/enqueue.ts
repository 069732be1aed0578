import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import { deliveryKey } from "#runner/store/enqueue.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import { accepted, claimed, done, retryIn, story } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

/** Taking deliveries in: once each, and none beyond the limit. */
export function enqueueContract(newPlace: NewPlace): void {
  test("a new delivery: accepted, its task is queued and its journal begun", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const work = handOff();
    const sessionId = sessionIdOf(work.event);
    assert.deepEqual(await store.enqueue(work, { limit: 1 }), {
      outcome: "accepted",
      taskId: work.task_id,
      sessionId,
    });
    assert.deepEqual(await store.task(work.task_id), {
      id: work.task_id,
      session_id: sessionId,
      delivery_id: work.delivery_id,
      kind: "review",
      state: "queued",
      attempt: 0,
      event: work.event,
      message: null,
      result: null,
      error: null,
      created_at: "2026-01-02T03:04:05.678Z",
      started_at: null,
      ended_at: null,
    });
    assert.deepEqual(await store.journal(work.task_id, 0, 10), [
      {
        seq: 1,
        time: "2026-01-02T03:04:05.678Z",
        task_id: work.task_id,
        session_id: sessionId,
        type: "task.queued",
        data: { kind: "review" },
      },
    ]);
    const ofDelivery = await store.taskOfDelivery(`github:${work.delivery_id}`);
    assert.equal(ofDelivery?.id, work.task_id);
  });

  test("a known delivery in any state of its task: duplicate, and nothing changes", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const work = handOff();
    const id = await accepted(store, work);
    const again = async () => {
      const before = await story(store, id);
      const copy = { ...work, task_id: v7() };
      const admission = await store.enqueue(copy, { limit: 0 });
      const sessionId = sessionIdOf(work.event);
      assert.deepEqual(admission, { outcome: "duplicate", taskId: id, sessionId });
      assert.equal(await store.task(copy.task_id), undefined);
      assert.deepEqual(await story(store, id), before);
    };
    await again();
    const claim = await claimed(store);
    await again();
    await store.finish(claim, done);
    await again();
  });

  test("a full queue: full, and the same delivery is accepted when there is room", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    await accepted(store, handOff(1));
    await accepted(store, handOff(2));
    const work = handOff(3);
    assert.deepEqual(await store.enqueue(work, { limit: 2 }), { outcome: "full", depth: 2 });
    assert.equal(await store.task(work.task_id), undefined);
    assert.equal(await store.taskOfDelivery(deliveryKey(work)), undefined);
    assert.equal(await store.session(sessionIdOf(work.event)), undefined);
    assert.deepEqual(await store.journal(work.task_id, 0, 10), []);
    await claimed(store);
    assert.equal((await store.enqueue(work, { limit: 2 })).outcome, "accepted");
  });

  test("a full queue that a retry fills: full as well", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    await accepted(store, handOff(1));
    await store.finish(await claimed(store), retryIn(1000));
    assert.equal((await store.enqueue(handOff(2), { limit: 1 })).outcome, "full");
  });

  test("a full queue and a task that supersedes one of it: accepted", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const first = await accepted(store, handOff(1));
    assert.equal((await store.enqueue(handOff(1), { limit: 1 })).outcome, "accepted");
    assert.equal((await story(store, first)).state, "superseded");
  });

  test("a full queue and a task that supersedes a running one: full, and nothing is interrupted", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const running = await accepted(store, handOff(1));
    await claimed(store);
    await accepted(store, handOff(2));
    assert.equal((await store.enqueue(handOff(1), { limit: 1 })).outcome, "full");
    assert.equal(await store.interruption(running), undefined);
  });

  test("a task id that another delivery has used: conflict, and nothing changes", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const work = handOff();
    const id = await accepted(store, work);
    const before = await story(store, id);
    const other = { ...handOff(), task_id: id };
    await assert.rejects(store.enqueue(other, { limit: 9 }), { code: "conflict" });
    assert.equal(await store.taskOfDelivery(deliveryKey(other)), undefined);
    assert.deepEqual(await story(store, id), before);
    // The refusal ends its own transaction: the next one can begin.
    await accepted(store, handOff(8));
  });

  test("the same delivery many times at once: one task", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const work = handOff();
    const copies = Array.from({ length: 20 }, () => ({ ...work, task_id: v7() }));
    const admissions = await Promise.all(copies.map((copy) => store.enqueue(copy, { limit: 99 })));
    const outcomes = admissions.map(({ outcome }) => outcome).sort();
    assert.deepEqual(outcomes, ["accepted", ...Array.from({ length: 19 }, () => "duplicate")]);
    assert.equal((await store.tasks({ limit: 99 })).length, 1);
  });
}
