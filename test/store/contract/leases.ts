import assert from "node:assert/strict";
import { test } from "node:test";
import { leaseTime } from "#runner/store/timing.ts";
import { accepted, claimed, done, idle, said, story } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

/** What becomes of tasks whose host is gone, slow, or only late. */
export function leaseContract(newPlace: NewPlace): void {
  test("a host that is not heard of for as long as a lease: its task runs elsewhere", async () => {
    await using place = await newPlace();
    await using dead = await place.open("dead");
    await using store = await place.open("other");
    const id = await accepted(store);
    const stale = await claimed(dead);
    await dead.append(stale, [said("a")]);
    place.now += leaseTime - 1;
    assert.deepEqual(await store.reap(), []);
    place.now += 1;
    assert.deepEqual(await store.reap(), [id]);
    assert.deepEqual(await store.reap(), []);
    const types = ["task.queued", "task.started", "message.delta", "task.retrying"];
    assert.deepEqual(await story(store, id), { state: "queued", types });
    const current = await claimed(store);
    assert.equal(current.task.id, id);
    assert.equal(current.fence.attempt, 1);
    const before = await story(store, id);
    assert.equal(await dead.append(stale, [said("late")]), false);
    assert.equal(await dead.finish(stale, done), false);
    assert.deepEqual(await story(store, id), before);
    assert.equal(await store.finish(current, done), true);
  });

  test("a heartbeat: renews every lease of its host, and no other", async () => {
    await using place = await newPlace();
    await using store = await place.open("one");
    await using other = await place.open("other");
    const ids = [];
    for (const number of [1, 2, 3]) ids.push(await accepted(store, handOff(number)));
    await claimed(store);
    await claimed(other);
    await claimed(store);
    for (const _third of [1, 2, 3, 4]) {
      place.now += Math.floor(leaseTime / 3);
      assert.deepEqual(await store.heartbeat(idle), { lost: [], interruptions: [] });
    }
    assert.deepEqual(await store.reap(), [ids[1]]);
    place.now += leaseTime;
    assert.deepEqual((await other.reap()).toSorted(), [ids[0], ids[2]].toSorted());
  });

  test("a host that comes back late: is told once what it lost", async () => {
    await using place = await newPlace();
    await using late = await place.open("late");
    await using store = await place.open("other");
    const lost = await accepted(store, handOff(1));
    const kept = await accepted(store, handOff(2));
    const first = await claimed(late);
    place.now += leaseTime;
    const second = await claimed(late);
    assert.deepEqual([first.task.id, second.task.id], [lost, kept]);
    assert.deepEqual(await store.reap(), [lost]);
    assert.deepEqual((await late.heartbeat(idle)).lost, [lost]);
    assert.deepEqual((await late.heartbeat(idle)).lost, []);
    assert.equal(await late.finish(second, done), true);
    assert.deepEqual((await late.heartbeat(idle)).lost, []);
  });

  test("a host that has slept: does not give up its own tasks", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    await accepted(store);
    const claim = await claimed(store);
    place.now += 10 * leaseTime;
    assert.deepEqual(await store.reap(), []);
    assert.deepEqual((await store.heartbeat(idle)).lost, []);
    assert.equal(await store.finish(claim, done), true);
  });

  test("a heartbeat: tells which tasks are to stop, as long as they run", async () => {
    await using place = await newPlace();
    await using store = await place.open("one");
    await using other = await place.open("other");
    const id = await accepted(store, handOff(1));
    await accepted(store, handOff(2));
    const claim = await claimed(store);
    await claimed(store);
    await other.cancel(id, "asked");
    const interruption = { kind: "cancelled", reason: "asked" };
    for (const _beat of [1, 2]) {
      const { interruptions } = await store.heartbeat(idle);
      assert.deepEqual(interruptions, [{ taskId: id, interruption }]);
    }
    await store.finish(claim, { state: "cancelled", reason: "asked" });
    assert.deepEqual((await store.heartbeat(idle)).interruptions, []);
  });

  test("a task that was to stop when its host went: ends so, and does not run again", async () => {
    await using place = await newPlace();
    await using dead = await place.open("dead");
    await using store = await place.open("other");
    const id = await accepted(store);
    await claimed(dead);
    await store.cancel(id, "asked");
    place.now += leaseTime;
    assert.deepEqual(await store.reap(), [id]);
    assert.equal((await story(store, id)).state, "cancelled");
    assert.equal(await store.claim(), undefined);
  });

  test("a task under which three hosts went: failed, and its attempts do not count", async () => {
    await using place = await newPlace();
    await using store = await place.open("reaper");
    const id = await accepted(store);
    for (const name of ["a", "b", "c"]) {
      await using host = await place.open(name);
      assert.equal((await claimed(host)).fence.attempt, 1);
      place.now += leaseTime;
      await store.reap();
    }
    const { state, types } = await story(store, id);
    assert.equal(state, "failed");
    assert.equal(types.at(-1), "task.failed");
    assert.equal((await store.task(id))?.error?.code, "host_restarted");
  });

  test("many hosts that reap at once: each task is settled once", async () => {
    await using place = await newPlace();
    await using dead = await place.open("dead");
    await using store = await place.open("one");
    await using other = await place.open("other");
    const ids = [];
    for (let number = 1; number <= 8; number += 1) {
      ids.push(await accepted(store, handOff(number)));
      await claimed(dead);
    }
    place.now += leaseTime;
    const reaped = await Promise.all([store.reap(), other.reap(), store.reap(), other.reap()]);
    assert.deepEqual(reaped.flat().toSorted(), ids.toSorted());
  });
}
