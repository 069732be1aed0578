import assert from "node:assert/strict";
import { test } from "node:test";
import { Upkeep, type UpkeepOptions } from "#runner/upkeep.ts";
import { startDegradation } from "./resilience/degradation.ts";
import { type Scene, setScene } from "./session/scene.ts";
import { turnsOf } from "./turns.ts";

test("Upkeep that is disposed of: waits for the look under way, which begins nothing more", async ({
  mock,
}) => {
  await using scene = await setScene();
  mock.timers.enable({ apis: ["setInterval"] });
  const read = Promise.withResolvers<void>();
  const done: string[] = [];
  const upkeep = upkeepOf(scene, {
    stats: async () => {
      await read.promise;
      done.push("stats");
    },
    interval: 1000,
    endStrays: async () => done.push("strays"),
    tidyDisk: async () => done.push("disk"),
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
  await using _upkeep = upkeepOf(scene, {
    stats: async () => {
      looks += 1;
    },
    idleTimeout: 1,
  });
  mock.timers.tick(99);
  assert.equal(looks, 0);
  mock.timers.tick(1);
  assert.equal(looks, 1);
});

/** An upkeep of a scene; `stats` is called before the store is asked for them. */
function upkeepOf(
  { store, manager }: Scene,
  { stats, ...options }: Partial<UpkeepOptions> & { stats: () => Promise<void> },
): Upkeep {
  return new Upkeep({
    store: {
      stats: async () => {
        await stats();
        return await store.stats();
      },
    },
    sessions: manager,
    degradation: startDegradation().degradation,
    queueLimit: 1,
    idleTimeout: 60_000,
    sessionTtl: 60_000,
    memoryBudget: undefined,
    interval: 60_000,
    endStrays: async () => 0,
    tidyDisk: async () => 0,
    onSwept: () => {},
    onError: assert.ifError,
    ...options,
  });
}
