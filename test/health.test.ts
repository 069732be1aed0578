import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type HealthSources, readHealth } from "#runner/health.ts";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import { Health } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { handOff } from "./runner-http/hand-off.ts";
import { tempFolder } from "./temp-folder.ts";

suite("readHealth", () => {
  test("all is well: healthy, with what the runner is doing", async () => {
    await using scene = await setScene();
    await scene.enqueue(2);
    await scene.store.claim();
    const [accepted] = await scene.store.tasks({ state: "queued", limit: 1 });
    const now = Date.parse(accepted?.created_at ?? "") + 1500;
    const health = await scene.read({ now: () => now });
    assert.deepEqual(health, Health.parse(health));
    assert.deepEqual(health, {
      status: "healthy",
      queue_depth: 1,
      oldest_queued_seconds: 1.5,
      running: 1,
      sessions: 3,
      degradation_level: 0,
      breaker: "closed",
      problems: [],
      version: "1.2.3",
      uptime_seconds: 60,
    });
  });

  test("the queue above four fifths of its limit: degraded, and says how full", async () => {
    await using scene = await setScene();
    await scene.enqueue(8);
    assert.equal((await scene.read({ queueLimit: 10 })).status, "healthy");
    await scene.enqueue(1);
    const { status, problems } = await scene.read({ queueLimit: 10 });
    assert.deepEqual([status, problems], ["degraded", ["Queue is nearly full: 9 of 10"]]);
  });

  test("a runner that is stopping: degraded, and says so beside the rest", async () => {
    await using scene = await setScene();
    await scene.enqueue(1);
    const { status, problems } = await scene.read({ isDraining: () => true, queueLimit: 1 });
    assert.equal(status, "degraded");
    assert.equal(problems.length, 2);
    assert.match(problems.join("\n"), /stopping/);
  });

  test("a degraded runner, and one whose breaker is open: degraded, and says why", async () => {
    await using scene = await setScene();
    const reasons = [{ trigger: "memory", value: 2, threshold: 1 }] as const;
    const { status, problems, degradation_level } = await scene.read({
      degradation: { level: 1, reasons },
      breaker: { state: "open" },
    });
    assert.deepEqual([status, degradation_level], ["degraded", 1]);
    assert.match(problems.join("\n"), /level 1: memory is 2, limit 1\nBreaker is open/);
  });

  test("a store that can't be written: unhealthy, and says why", async () => {
    await using scene = await setScene();
    const trouble = new CicdError("store_unavailable", "Cannot use store: disk is full");
    const { status, problems } = await scene.read({ storeTrouble: () => trouble });
    assert.deepEqual([status, problems], ["unhealthy", [trouble.message]]);
  });

  test("a store that can't be read: unhealthy, and says why", async () => {
    const scene = await setScene();
    await scene[Symbol.asyncDispose]();
    const { status, problems, sessions } = await scene.read();
    assert.deepEqual([status, sessions, problems.length], ["unhealthy", 3, 1]);
    assert.notEqual(problems[0], "");
  });
});

/** A runner's parts as its health sees them, over a real store. */
async function setScene() {
  const folder = await tempFolder();
  const store = new SqliteStore({ folder: folder.path, host: "test" });
  const sources: HealthSources = {
    store,
    sessions: () => 3,
    degradation: { level: 0, reasons: [] },
    breaker: { state: "closed" },
    queueLimit: 100,
    isDraining: () => false,
    version: "1.2.3",
    uptime: () => 60,
  };
  return {
    store,
    read: (parts: Partial<HealthSources> = {}) => readHealth({ ...sources, ...parts }),
    enqueue: async (count: number) => {
      for (let left = count; left > 0; left -= 1) await store.enqueue(handOff(), { limit: 100 });
    },
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
