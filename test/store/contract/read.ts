import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import type { Store } from "#runner/store/store.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import { accepted, claimed, done, retryIn } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

/** What the store tells about tasks, sessions and the queue. */
export function readContract(newPlace: NewPlace): void {
  test("unknown ids: undefined", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    assert.equal(await store.task(v7()), undefined);
    assert.equal(await store.session(v7()), undefined);
    assert.equal(await store.taskOfDelivery("github:none"), undefined);
  });

  test("now: the clock that tasks are dated by", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    place.now += 1000;
    const task = await store.task(await accepted(store));
    assert.equal(store.now(), place.now);
    assert.equal(Date.parse(task?.created_at ?? ""), place.now);
  });

  test("tasks: newest first, by session, by state, by both, and no more than the limit", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const one = handOff(1);
    const a = await accepted(store, one);
    await store.finish(await claimed(store), done);
    const b = await accepted(store, handOff(1));
    const c = await accepted(store, handOff(2));
    const sessionId = sessionIdOf(one.event);
    const ids = async (filter: Parameters<Store["tasks"]>[0]) =>
      (await store.tasks(filter)).map(({ id }) => id);
    assert.deepEqual(await ids({ limit: 9 }), [c, b, a]);
    assert.deepEqual(await ids({ limit: 2 }), [c, b]);
    assert.deepEqual(await ids({ sessionId, limit: 9 }), [b, a]);
    assert.deepEqual(await ids({ state: "queued", limit: 9 }), [c, b]);
    assert.deepEqual(await ids({ sessionId, state: "queued", limit: 9 }), [b]);
    assert.deepEqual(await ids({ sessionId, state: "failed", limit: 9 }), []);
    assert.deepEqual(await ids({ sessionId: v7(), limit: 9 }), []);
  });

  test("sessions that were not used: those with a workspace and without a live task", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const ids: string[] = [];
    for (const number of [1, 2, 3]) {
      const work = handOff(number);
      await accepted(store, work);
      ids.push(sessionIdOf(work.event));
    }
    const [used = "", bare = "", waiting = ""] = ids;
    await store.setWorkspace(used, "spare-1");
    await store.setWorkspace(waiting, waiting);
    assert.deepEqual((await store.workspaces()).toSorted(), ["spare-1", waiting].toSorted());
    for (const _ended of [used, bare]) await store.finish(await claimed(store), done);
    assert.deepEqual(await store.sessionsIdleSince(place.now), []);
    assert.deepEqual(await store.sessionsIdleSince(place.now + 1), [used]);
    await store.setWorkspace(used, null);
    assert.deepEqual(await store.sessionsIdleSince(place.now + 1), []);
  });

  test("session: made by its first task, active again with each task and each end", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const work = handOff();
    const id = sessionIdOf(work.event);
    await accepted(store, work);
    const created = place.now;
    assert.deepEqual(await store.session(id), {
      id,
      forge: "github",
      host: "github.com",
      owner: "acme",
      repository: "shop",
      number: 7,
      conversation: null,
      workspace: null,
      holder: null,
      createdAt: created,
      activeAt: created,
    });
    place.now += 1000;
    await accepted(store);
    assert.equal((await store.session(id))?.activeAt, place.now);
    const claim = await claimed(store);
    place.now += 1000;
    await store.finish(claim, done);
    const { createdAt, activeAt } = (await store.session(id)) ?? {};
    assert.deepEqual({ createdAt, activeAt }, { createdAt: created, activeAt: created + 2000 });
  });

  test("sessions: the most recently active first, and no more than the limit", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    for (const number of [1, 2, 3, 1]) {
      place.now += 1000;
      await accepted(store, handOff(number));
    }
    const numbers = async (limit: number) =>
      (await store.sessions(limit)).map(({ number }) => number);
    assert.deepEqual(await numbers(9), [1, 3, 2]);
    assert.deepEqual(await numbers(2), [1, 3]);
  });

  test("setConversation: remembered through reopening, and forgotten by null", async () => {
    await using place = await newPlace();
    const work = handOff();
    const id = sessionIdOf(work.event);
    const conversation = { id: v7(), costUsd: 0.125, transcript: null };
    {
      await using store = await place.open();
      await accepted(store, work);
      await store.setConversation(id, { ...conversation, costUsd: 0 });
      assert.deepEqual((await store.session(id))?.conversation, { ...conversation, costUsd: 0 });
      await store.setConversation(id, conversation);
      await store.setConversation(v7(), { ...conversation, costUsd: 1 });
    }
    await using store = await place.open();
    assert.deepEqual((await store.session(id))?.conversation, conversation);
    await store.setConversation(id, null);
    assert.equal((await store.session(id))?.conversation, null);
  });

  test("stats: queued, running, since when the oldest waits, and when the next is due", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const began = place.now;
    const numbers = async () => {
      const { queued, running, oldestQueuedAt, nextRunAt } = await store.stats();
      return [queued, running, oldestQueuedAt, nextRunAt];
    };
    assert.deepEqual(await numbers(), [0, 0, undefined, undefined]);
    for (const number of [1, 2, 3]) await accepted(store, handOff(number));
    place.now += 1000;
    await accepted(store, handOff(4));
    assert.deepEqual(await numbers(), [4, 0, began, undefined]);
    await store.finish(await claimed(store), retryIn(9000));
    await store.finish(await claimed(store), retryIn(5000));
    await store.finish(await claimed(store), done);
    await claimed(store);
    assert.deepEqual(await numbers(), [2, 1, began, place.now + 5000]);
    place.now += 5000;
    assert.deepEqual(await numbers(), [2, 1, began, place.now + 4000]);
    place.now += 4000;
    assert.deepEqual(await numbers(), [2, 1, began, undefined]);
  });
}
