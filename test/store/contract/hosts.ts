import assert from "node:assert/strict";
import { test } from "node:test";
import { leaseTime } from "#runner/store/timing.ts";
import { idle } from "../drive.ts";
import type { NewPlace } from "../place.ts";

/** Who is there. */
export function hostContract(newPlace: NewPlace): void {
  test("hosts: those that have opened the store, with what they told last", async () => {
    await using place = await newPlace();
    const began = place.now;
    await using one = await place.open("one");
    place.now += 1000;
    await using other = await place.open("other");
    const load = { running: 2, capacity: 5, sessions: 3, memoryBytes: 4096 };
    place.now += 1000;
    await one.heartbeat(load);
    const common = { url: null, state: "up" };
    const expected = [
      { ...common, id: one.hostId, name: "one", startedAt: began, seenAt: began + 2000, load },
      {
        ...common,
        id: other.hostId,
        name: "other",
        startedAt: began + 1000,
        seenAt: began + 1000,
        load: idle,
      },
    ];
    assert.deepEqual(await other.hosts(), expected);
  });

  test("a host that is silent: lost after a lease, forgotten after a day", async () => {
    await using place = await newPlace();
    await using store = await place.open("one");
    await using silent = await place.open("silent");
    const states = async () =>
      Object.fromEntries((await store.hosts()).map(({ name, state }) => [name, state]));
    assert.deepEqual(await states(), { one: "up", silent: "up" });
    place.now += leaseTime;
    await store.heartbeat(idle);
    assert.deepEqual(await states(), { one: "up", silent: "lost" });
    place.now += 24 * 3_600_000 + 1;
    await store.heartbeat(idle);
    await store.reap();
    assert.deepEqual(await states(), { one: "up" });
    await silent.heartbeat(idle);
    assert.deepEqual(await states(), { one: "up", silent: "up" });
  });

  test("drain and leave: draining through heartbeats until it starts anew, then gone", async () => {
    await using place = await newPlace();
    await using store = await place.open("one");
    const states = async () => (await store.hosts()).map(({ name, state }) => `${name} ${state}`);
    place.now += 1;
    {
      await using leaving = await place.open("leaving");
      await leaving.drain();
      await leaving.heartbeat(idle);
      assert.deepEqual(await states(), ["one up", "leaving draining"]);
    }
    place.now += 1;
    await using again = await place.open("leaving");
    assert.deepEqual(await states(), ["one up", "leaving up"]);
    await again.leave();
    assert.deepEqual(await states(), ["one up"]);
  });
}
