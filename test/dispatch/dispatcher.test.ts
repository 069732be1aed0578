import assert from "node:assert/strict";
import { test } from "node:test";
import { CicdError } from "#shared/error.ts";
import { until } from "../until.ts";
import { startDispatcher } from "./start-dispatcher.ts";

/** Less than it takes until the dispatcher looks without being told. */
const beforePoll = { timeout: 4000 };

test("Dispatcher runs the tasks of one session in order, one at a time", async () => {
  const steps: string[] = [];
  await using host = await startDispatcher({
    work: async ({ id }) => {
      steps.push(`begin ${id}`);
      await new Promise(setImmediate);
      steps.push(`end ${id}`);
      return { kind: "close" };
    },
  });
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) ids.push(await host.enqueue(7));
  await host.ended(...ids);
  assert.deepEqual(
    steps,
    ids.flatMap((id) => [`begin ${id}`, `end ${id}`]),
  );
});

test("Dispatcher runs different sessions at once, as many as it may", beforePoll, async () => {
  const gate = Promise.withResolvers<void>();
  await using host = await startDispatcher({
    concurrency: () => 3,
    work: async () => {
      await gate.promise;
      return { kind: "close" };
    },
  });
  const ids = await Promise.all([1, 2, 3, 4, 5].map((number) => host.enqueue(number)));
  await until(() => host.claims.length >= 3);
  // It has looked again by the time that a store's answer takes.
  await until(async () => (await host.store.stats()).running === host.dispatcher.running);
  assert.equal(host.dispatcher.running, 3);
  assert.equal((await host.store.stats()).queued, 2);
  gate.resolve();
  await host.ended(...ids);
  assert.equal(host.claims.length, 5);
});

test("Dispatcher runs a delayed attempt when it is due, not before", beforePoll, async (t) => {
  t.mock.method(Math, "random", () => 1);
  let attempts = 0;
  await using host = await startDispatcher({
    work: async () => {
      attempts += 1;
      if (attempts < 3) throw new CicdError("model_overloaded", "Busy");
      return { kind: "close" };
    },
  });
  const id = await host.enqueue(7);
  await host.ended(id);
  const journal = await host.store.journal(id, 0, 100);
  const started = journal.filter(({ type }) => type === "task.started");
  const retrying = journal.filter((entry) => entry.type === "task.retrying");
  assert.deepEqual([started.length, retrying.length], [3, 2]);
  for (const [index, { time, data }] of retrying.entries()) {
    const waited = Date.parse(started[index + 1]?.time ?? "") - Date.parse(time);
    assert(waited >= data.delay_ms, `${waited} ms of ${data.delay_ms}`);
  }
  assert.equal((await host.store.task(id))?.state, "succeeded");
});

test("Dispatcher ends a lost attempt before the next one of its session, which it has claimed again", {
  timeout: 20_000,
}, async () => {
  const steps: string[] = [];
  await using host = await startDispatcher({
    work: async ({ id }, { signal }) => {
      steps.push(`begin ${id}`);
      if (steps.length === 1) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        // A process that is interrupted takes its time.
        for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
      }
      steps.push(`end ${id}`);
      return { kind: "close" };
    },
  });
  const id = await host.enqueue(7);
  await until(() => steps.length === 1);
  const [lost] = host.claims;
  assert(lost);
  // As another host does that took this one for gone.
  await host.store.finish(lost, { state: "released" });
  await until(() => host.ends.length === 2);
  assert.deepEqual(steps, [`begin ${id}`, `end ${id}`, `begin ${id}`, `end ${id}`]);
  assert.deepEqual(
    host.ends.map(({ held }) => held),
    [false, true],
  );
});

test("Dispatcher tells when a task was another host's at its end", async () => {
  await using host = await startDispatcher({
    work: async () => {
      const [claim] = host.claims;
      assert(claim);
      await host.store.finish(claim, { state: "cancelled", reason: "by the other" });
      return { kind: "close" };
    },
  });
  const id = await host.enqueue(7);
  await until(() => host.ends.length === 1);
  assert.deepEqual(host.ends, [
    { id, outcome: { state: "succeeded", result: { kind: "close" } }, held: false },
  ]);
  assert.equal((await host.store.task(id))?.state, "cancelled");
});

test(
  "Dispatcher.drain lets end what can, and gives the rest back in time",
  beforePoll,
  async () => {
    const gate = Promise.withResolvers<void>();
    await using host = await startDispatcher({
      concurrency: () => 2,
      work: async ({ event }, { signal }) => {
        if (event.pull_request.number === 1) await gate.promise;
        else await new Promise((_, reject) => signal.addEventListener("abort", reject));
        return { kind: "close" };
      },
    });
    const ids = await Promise.all([1, 2, 3].map((number) => host.enqueue(number)));
    await until(() => host.dispatcher.running === 2);
    const drained = host.dispatcher.drain(100);
    gate.resolve();
    await drained;
    const tasks = await Promise.all(ids.map((id) => host.store.task(id)));
    assert.deepEqual(
      tasks.map((task) => [task?.state, task?.attempt]),
      [
        ["succeeded", 1],
        ["queued", 0],
        ["queued", 0],
      ],
    );
    assert.equal(host.dispatcher.running, 0);
  },
);

test("Dispatcher.drain does not use up its grace when all has ended", beforePoll, async () => {
  const gate = Promise.withResolvers<void>();
  await using host = await startDispatcher({
    work: async () => {
      await gate.promise;
      return { kind: "close" };
    },
  });
  const id = await host.enqueue(7);
  await until(() => host.dispatcher.running === 1);
  const drained = host.dispatcher.drain(60_000);
  gate.resolve();
  await drained;
  assert.equal((await host.store.task(id))?.state, "succeeded");
});

test("Dispatcher misses nothing that falls due right behind its look", beforePoll, async (t) => {
  t.mock.method(Math, "random", () => 1);
  let now = Date.now();
  let attempts = 0;
  let hasEnded = false;
  await using host = await startDispatcher({
    now: () => now,
    work: async () => {
      attempts += 1;
      if (attempts === 1) throw new CicdError("model_overloaded", "Busy");
      return { kind: "close" };
    },
    onEnd: () => {
      hasEnded = true;
    },
    // The store's clock stands still until a look finds the repeat not yet due.
    onNothing: () => {
      if (hasEnded) now += 50;
    },
  });
  await host.ended(await host.enqueue(7));
  assert.equal(attempts, 2);
});
