import assert from "node:assert/strict";
import { test } from "node:test";
import { Upkeep } from "#runner/upkeep.ts";
import { startDegradation } from "./resilience/degradation.ts";
import { setScene } from "./session/scene.ts";
import { turnsOf } from "./turns.ts";

test("Upkeep that is disposed of: waits for the look under way, which begins nothing more", async ({
  mock,
}) => {
  await using scene = await setScene();
  mock.timers.enable({ apis: ["setInterval"] });
  const read = Promise.withResolvers<void>();
  const done: string[] = [];
  const upkeep = new Upkeep({
    store: {
      stats: async () => {
        await read.promise;
        done.push("stats");
        return await scene.store.stats();
      },
    },
    sessions: scene.manager,
    degradation: startDegradation().degradation,
    queueLimit: 1,
    idleTimeout: 60_000,
    sessionTtl: 60_000,
    memoryBudget: undefined,
    interval: 1000,
    endStrays: async () => done.push("strays"),
    tidyDisk: async () => done.push("disk"),
    onSwept: () => {},
    onError: assert.ifError,
  });
  mock.timers.tick(1000);
  const disposed = upkeep[Symbol.asyncDispose]().then(() => done.push("disposed"));
  await turnsOf(5);
  assert.deepEqual(done, []);
  read.resolve();
  await disposed;
  assert.deepEqual(done, ["stats", "disposed"]);
});

test("Upkeep looks no oftener than ten times a second, also where no process is to stay idle", async ({
  mock,
}) => {
  await using scene = await setScene();
  mock.timers.enable({ apis: ["setInterval"] });
  let looks = 0;
  await using _upkeep = new Upkeep({
    store: {
      stats: async () => {
        looks += 1;
        return await scene.store.stats();
      },
    },
    sessions: scene.manager,
    degradation: startDegradation().degradation,
    queueLimit: 1,
    idleTimeout: 1,
    sessionTtl: 60_000,
    memoryBudget: undefined,
    interval: 60_000,
    endStrays: async () => 0,
    tidyDisk: async () => 0,
    onSwept: () => {},
    onError: assert.ifError,
  });
  mock.timers.tick(99);
  assert.equal(looks, 0);
  mock.timers.tick(1);
  assert.equal(looks, 1);
});
