import assert from "node:assert/strict";
import { test } from "node:test";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import { CicdError } from "#shared/error.ts";
import { claimed, story } from "../store/drive.ts";
import { turnsOf } from "../turns.ts";
import { until } from "../until.ts";
import { startDispatcher } from "./start-dispatcher.ts";

test("Dispatcher claims again after the store refused, though nobody tells it to", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  await using host = await startDispatcher();
  host.store.refusals.claim = 1;
  const id = await host.enqueue(7);
  await until(() => host.errors.length === 1);
  await until(async () => {
    t.mock.timers.tick(5000);
    return (await host.store.task(id))?.state === "succeeded";
  });
  assert(host.errors[0] instanceof CicdError && host.errors[0].code === "store_unavailable");
  assert.equal(host.claims.length, 1);
});

test("Dispatcher ends a task once the store takes its end, without running it again", async () => {
  await using host = await startDispatcher();
  host.store.refusals.finish = 2;
  const id = await host.enqueue(7);
  await host.ended(id);
  assert.equal(host.errors.length, 2);
  assert.equal(host.claims.length, 1);
  await until(() => host.ends.length === 1);
  assert.deepEqual((await story(host.store, id)).types, [
    "task.queued",
    "task.started",
    "task.succeeded",
  ]);
});

test("Dispatcher.drain tries at once to end a task that waits for the store", async (t) => {
  await using host = await startDispatcher();
  const finish = t.mock.method(host.store, "finish");
  host.store.refusals.finish = 1;
  const id = await host.enqueue(7);
  await until(() => host.errors.length === 1);
  const drained = host.dispatcher.drain(60_000);
  // Without the drain it would wait for a second.
  await turnsOf(3);
  assert.equal(finish.mock.callCount(), 2);
  await drained;
  assert.equal((await host.store.task(id))?.state, "succeeded");
});

test("Dispatcher.drain ends though the store refuses; the next start runs the task again", async () => {
  await using host = await startDispatcher();
  host.store.refusals.finish = Number.POSITIVE_INFINITY;
  const id = await host.enqueue(7);
  await until(() => host.errors.length === 1);
  await host.dispatcher.drain(60_000);
  assert.equal((await host.store.task(id))?.state, "running");
  await host.store[Symbol.asyncDispose]();
  await using reopened = new SqliteStore({ folder: host.folder, host: "test-host" });
  assert.equal((await claimed(reopened)).task.id, id);
});
