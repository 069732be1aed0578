import assert from "node:assert/strict";
import { test } from "node:test";
import { deliveryKey } from "#runner/store/enqueue.ts";
import type { Store } from "#runner/store/store.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import { accepted, claimed, done, idle, said, story } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

/** Forgetting what has ended. */
export function pruneContract(newPlace: NewPlace): void {
  test("tasks that ended before a time: gone with their journals and deliveries", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const old = handOff(1);
    await ended(store, old);
    place.now += 1000;
    const kept = handOff(2);
    await ended(store, kept);
    assert.deepEqual(await store.prune({ before: place.now }), { tasks: 1, journals: 0 });
    assert.equal(await store.task(old.task_id), undefined);
    assert.equal(await store.taskOfDelivery(deliveryKey(old)), undefined);
    assert.deepEqual(await store.journal(old.task_id, 0, 9), []);
    assert.equal(await store.session(sessionIdOf(old.event)), undefined);
    assert.equal((await story(store, kept.task_id)).state, "succeeded");
    assert.notEqual(await store.session(sessionIdOf(kept.event)), undefined);
    assert.deepEqual(await store.prune({ before: place.now }), { tasks: 0, journals: 0 });
    assert.equal((await store.enqueue(old, { limit: 9 })).outcome, "accepted");
  });

  test("live tasks: never, however old", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const ids = [await accepted(store, handOff(1)), await accepted(store, handOff(2))];
    const claim = await claimed(store);
    await store.append(claim, [said("a")]);
    place.now += 1_000_000;
    const retention = { before: place.now, maxBytes: 0 };
    assert.deepEqual(await store.prune(retention), { tasks: 0, journals: 0 });
    for (const id of ids) assert.notEqual((await story(store, id)).state, undefined);
    assert.equal(await store.finish(claim, done), true);
  });

  test("a session with a conversation or a workspace: stays without its tasks", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const work = handOff();
    await ended(store, work);
    const id = sessionIdOf(work.event);
    await store.setConversation(id, { id: "talk", costUsd: 1, transcript: null });
    place.now += 1;
    assert.equal((await store.prune({ before: place.now })).tasks, 1);
    assert.equal((await store.session(id))?.conversation?.id, "talk");
    await accepted(store);
    await claimed(store);
  });

  test("a session of a host that never came back: goes as those without anything", async () => {
    await using place = await newPlace();
    await using store = await place.open("one");
    await using gone = await place.open("gone");
    const [lost, kept] = [handOff(1), handOff(2)];
    for (const [host, work] of [
      [gone, lost],
      [store, kept],
    ] as const) {
      const id = sessionIdOf(work.event);
      await accepted(host, work);
      await host.finish(await claimed(host), done);
      await host.setWorkspace(id, id);
      await host.setConversation(id, { id: "talk", costUsd: 1, transcript: null });
    }
    place.now += 25 * 3_600_000;
    const prune = async () => {
      await store.heartbeat(idle);
      await store.prune({ before: place.now });
      return (await store.sessions(9)).map(({ id }) => id).toSorted();
    };
    const ids = [sessionIdOf(lost.event), sessionIdOf(kept.event)];
    assert.deepEqual(await prune(), ids.toSorted());
    await store.reap();
    assert.deepEqual(await prune(), ids.slice(1));
  });

  test("more than a step takes: all of it", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    for (let number = 1; number <= 120; number += 1) await ended(store, handOff(number));
    const kept = await accepted(store, handOff(121));
    place.now += 1;
    assert.equal((await store.prune({ before: place.now })).tasks, 120);
    assert.deepEqual(
      (await store.tasks({ limit: 999 })).map(({ id }) => id),
      [kept],
    );
  });

  test("journals beyond a size: the oldest down to their last entry, no more than needed", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const works = [handOff(1), handOff(2), handOff(3)];
    for (const work of works) {
      place.now += 1;
      await ended(store, work, "x".repeat(1000));
    }
    const [oldest = "", middle = "", latest = ""] = works.map(({ task_id }) => task_id);
    const retention = { before: 0, maxBytes: 2500 };
    assert.deepEqual(await store.prune(retention), { tasks: 0, journals: 1 });
    const left = await store.journal(oldest, 0, 9);
    assert.deepEqual(
      left.map(({ seq, type }) => [seq, type]),
      [[4, "task.succeeded"]],
    );
    assert.equal((await store.task(oldest))?.state, "succeeded");
    for (const id of [middle, latest]) assert.equal((await story(store, id)).types.length, 4);
    assert.deepEqual(await store.prune(retention), { tasks: 0, journals: 0 });
    assert.equal((await store.prune({ before: 0, maxBytes: 0 })).journals, 2);
  });

  test("while other hosts work: nothing of theirs is lost", async () => {
    await using place = await newPlace();
    await using store = await place.open("one");
    await using other = await place.open("other");
    for (let number = 1; number <= 60; number += 1) await ended(store, handOff(number));
    place.now += 1;
    const numbers = Array.from({ length: 60 }, (_, index) => index + 1);
    const pruning = store.prune({ before: place.now, maxBytes: 0 });
    const works = numbers.map((number) => handOff(number));
    await Promise.all([pruning, ...works.map((work) => accepted(other, work))]);
    assert.equal((await store.stats()).queued, 60);
    for (const { task_id } of works) assert.equal((await story(store, task_id)).types.length, 1);
  });
}

async function ended(store: Store, work: ReturnType<typeof handOff>, text = "a"): Promise<void> {
  await accepted(store, work);
  const claim = await claimed(store);
  await store.append(claim, [said(text)]);
  await store.finish(claim, done);
}
