import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { accepted, claimed, done, said } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

/** How those who wait learn of changes. */
export function watchContract(newPlace: NewPlace): void {
  test("watchTask: woken by everything that happens to its task", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const first = await accepted(store);
    using watch = store.watchTask(first);
    const claim = await wakes(watch.next(), () => claimed(store));
    await wakes(watch.next(), () => store.append(claim, [said("a")]));
    await wakes(watch.next(), () => store.cancel(first, "asked"));
    const second = await wakes(watch.next(), () => accepted(store));
    await wakes(watch.next(), () => store.finish(claim, done));
    using other = store.watchTask(second);
    await wakes(other.next(), () => accepted(store));
  });

  test("watchTask: not woken by another task", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    using watch = store.watchTask(await accepted(store, handOff(1)));
    const next = watch.next();
    await accepted(store, handOff(2));
    assert.equal(await settled(next), false);
  });

  test("watchQueue: woken by what may let a task be claimed", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    using watch = store.watchQueue();
    const id = await wakes(watch.next(), () => accepted(store));
    const claim = await claimed(store);
    await wakes(watch.next(), () => store.finish(claim, { state: "released" }));
    await wakes(watch.next(), () => store.cancel(id, "asked"));
  });

  test("next after changes since the last wait: at once, and once for all of them", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    using watch = store.watchQueue();
    await accepted(store, handOff(1));
    await accepted(store, handOff(2));
    await watch.next();
    assert.equal(await settled(watch.next()), false);
  });

  test("two watches of one topic: both are woken, and one outlives the other", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const one = store.watchQueue();
    using other = store.watchQueue();
    await wakes(Promise.all([one.next(), other.next()]), () => accepted(store, handOff(1)));
    one[Symbol.dispose]();
    await wakes(other.next(), () => accepted(store, handOff(2)));
  });

  test("disposal twice: a later watch of the topic is still woken", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const one = store.watchQueue();
    one[Symbol.dispose]();
    using other = store.watchQueue();
    one[Symbol.dispose]();
    await wakes(other.next(), () => accepted(store));
  });

  test("disposal: ends the wait, and every later one", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const watch = store.watchQueue();
    const next = watch.next();
    watch[Symbol.dispose]();
    await next;
    await watch.next();
    await watch.next();
  });

  test("abort: ends the wait without an error, and no listener stays", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    using watch = store.watchQueue();
    const controller = new AbortController();
    const { signal } = controller;
    await wakes(watch.next(signal), () => accepted(store));
    assert.equal(getEventListeners(signal, "abort").length, 0);
    const next = watch.next(signal);
    assert.equal(await settled(next), false);
    controller.abort();
    await next;
    await watch.next(signal);
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });
}

/** Does something that must end a wait which nothing has ended so far. */
async function wakes<T>(wait: Promise<unknown>, act: () => Promise<T>): Promise<T> {
  assert.equal(await settled(wait), false, "the wait had ended before");
  const result = await act();
  assert.equal(await settled(wait), true, "the wait goes on");
  return result;
}

/** Whether a promise has settled by the next turn of the event loop. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  const turn = setImmediate(false);
  return Promise.race([promise.then(() => true), turn]);
}
