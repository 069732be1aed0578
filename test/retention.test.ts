import assert from "node:assert/strict";
import { test } from "node:test";
import { Retention } from "#runner/retention.ts";
import type { Pruned } from "#runner/store/cluster.ts";
import { accepted, claimed, done } from "./store/drive.ts";
import { handOff } from "./store/hand-off.ts";
import { newSqlitePlace } from "./store/place.ts";
import { until } from "./until.ts";

test("Retention forgets tasks that ended long ago, and keeps those that live and the young", async () => {
  await using place = await newSqlitePlace();
  await using store = await place.open();
  const old = await accepted(store, handOff(1));
  await store.finish(await claimed(store), done);
  const live = await accepted(store, handOff(2));
  await claimed(store);
  place.now += 60_000;
  const review = { key: "key", taskId: old, content: "{}" };
  await store.keepReview(review, { ttl: 60_000, maxBytes: 1000 });
  place.now += 1;
  const young = await accepted(store, handOff(3));
  await store.finish(await claimed(store), done);
  const pruned: number[] = [];
  await using _ = new Retention({
    store,
    age: 100,
    size: 1_000_000,
    reviews: 0,
    now: () => place.now,
    onPruned: ({ tasks }) => pruned.push(tasks),
    onError: (error) => assert.ifError(error),
  });
  await until(() => pruned.length > 0);
  assert.deepEqual(pruned, [1]);
  assert.equal(await store.task(old), undefined);
  assert.equal((await store.task(live))?.state, "running");
  assert.equal((await store.task(young))?.state, "succeeded");
  assert.equal(await store.findReview("key", 60_000), undefined);
});

test("Retention that is disposed of: waits for the step under way, and begins no other", async () => {
  await using place = await newSqlitePlace();
  await using store = await place.open();
  const old = await accepted(store, handOff(1));
  await store.finish(await claimed(store), done);
  place.now += 60_000;
  const begun = Promise.withResolvers<void>();
  const ended: Pruned[] = [];
  const retention = new Retention({
    store: {
      prune: async (limits) => {
        begun.resolve();
        const pruned = await store.prune(limits);
        ended.push(pruned);
        return pruned;
      },
    },
    age: 100,
    size: 1_000_000,
    reviews: 0,
    now: () => place.now,
    onPruned: () => {},
    onError: assert.ifError,
  });
  await begun.promise;
  await retention[Symbol.asyncDispose]();
  assert.deepEqual(ended, [{ tasks: 0, journals: 0 }]);
  assert.equal((await store.task(old))?.state, "succeeded");
});

test("Retention looks no oftener than ten times a second, also where nothing is to be kept", async ({
  mock,
}) => {
  mock.timers.enable({ apis: ["setInterval"] });
  let looks = 0;
  await using _retention = new Retention({
    store: {
      prune: async () => {
        looks += 1;
        return { tasks: 0, journals: 0 };
      },
    },
    age: 1,
    size: 0,
    reviews: 0,
    onPruned: () => {},
    onError: assert.ifError,
  });
  mock.timers.tick(99);
  assert.equal(looks, 0);
  mock.timers.tick(1);
  assert.equal(looks, 1);
});
