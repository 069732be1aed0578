import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import type { Store } from "#runner/store/store.ts";
import type { NewPlace } from "../place.ts";

const hour = 3_600_000;
const limits = { ttl: hour, maxBytes: 1000 };

/** Reviews that are given again. */
export function reviewContract(newPlace: NewPlace): void {
  test("findReview: what was kept last under a key, for every host", async () => {
    await using place = await newPlace();
    await using store = await place.open("one");
    await using other = await place.open("two");
    assert.equal(await store.findReview("key", hour), undefined);
    const taskId = v7();
    // Not every database takes any text: JSON has no such characters.
    const content = JSON.stringify({ summary: "\u0000 and \ud800" });
    await store.keepReview({ key: "key", taskId: v7(), content: "{}" }, limits);
    place.now += 1;
    await store.keepReview({ key: "key", taskId, content }, limits);
    const kept = { key: "key", taskId, at: place.now, content };
    assert.deepEqual(await other.findReview("key", hour), kept);
    assert.equal(await other.findReview("other", hour), undefined);
  });

  test("findReview: nothing that is older than its time", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    await store.keepReview({ key: "key", taskId: v7(), content: "{}" }, limits);
    place.now += hour - 1;
    assert.notEqual(await store.findReview("key", hour), undefined);
    place.now += 1;
    assert.equal(await store.findReview("key", hour), undefined);
    await store.keepReview({ key: "new", taskId: v7(), content: "{}" }, limits);
    const rows = await place.alter("SELECT key FROM review");
    assert.deepEqual(
      rows.map(({ key }) => key),
      ["new"],
    );
  });

  test("prune: kept reviews from before a time are forgotten", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    await store.keepReview({ key: "old", taskId: v7(), content: "{}" }, limits);
    place.now += 1;
    await store.keepReview({ key: "new", taskId: v7(), content: "{}" }, limits);
    await store.prune({ before: 0 });
    assert.notEqual(await store.findReview("old", hour), undefined);
    await store.prune({ before: 0, reviewsBefore: place.now });
    assert.equal(await store.findReview("old", hour), undefined);
    assert.notEqual(await store.findReview("new", hour), undefined);
  });

  test("keepReview: the oldest go, and one that is too large is not kept", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    for (const key of ["a", "b", "c"]) await keep(store, key, 400);
    assert.deepEqual(await found(store), ["b", "c"]);
    await keep(store, "d", 1001);
    assert.deepEqual(await found(store), ["b", "c"]);
    await keep(store, "e", 1000);
    assert.deepEqual(await found(store), ["e"]);

    async function keep(into: Store, key: string, bytes: number) {
      place.now += 1;
      // Two bytes each, and the quotes.
      const content = JSON.stringify("é".repeat((bytes - 2) / 2) + "x".repeat(bytes % 2));
      await into.keepReview({ key, taskId: v7(), content }, limits);
    }
  });
}

async function found(store: Store): Promise<string[]> {
  const keys: string[] = [];
  for (const key of ["a", "b", "c", "d", "e"]) {
    if ((await store.findReview(key, hour)) !== undefined) keys.push(key);
  }
  return keys;
}
