import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { v7 } from "uuid";
import { sessionIdOf } from "#shared/session-id.ts";
import { noSpending, type Spending } from "#shared/task.ts";
import { accepted, claimed, done } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

const some: Spending = {
  model_requests: 3,
  input_tokens: 1200,
  output_tokens: 80,
  cache_read_input_tokens: 64_000,
  cache_creation_input_tokens: 9000,
  cost_usd: 0.125,
  turn_ms: 4200,
};

/** What the ledger adds up. */
export function usageContract(newPlace: NewPlace): void {
  test("nothing was spent: zero of everything, of an unknown session too", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    assert.deepEqual(await store.spentBySession(v7()), noSpending);
    assert.deepEqual(await store.spentByTask(v7()), noSpending);
    assert.deepEqual(await store.spentSince(0), noSpending);
  });

  test("each figure is summed up by itself: by task, by session, and over all", async () => {
    const Count = fc.nat({ max: 2 ** 40 });
    const figures = fc.record({
      model_requests: Count,
      input_tokens: Count,
      output_tokens: Count,
      cache_read_input_tokens: Count,
      cache_creation_input_tokens: Count,
      turn_ms: Count,
      // Of sixteenths a sum is exact.
      cost_usd: fc.nat({ max: 1600 }).map((sixteenths) => sixteenths / 16),
    });
    const session = fc.constantFrom("a", "b");
    const entry = fc.record({ session, task: fc.constantFrom("1", "2"), figures });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 12 }), async (entries) => {
        await using place = await newPlace();
        await using store = await place.open();
        const taskOf = (entry: { session: string; task: string }) => entry.session + entry.task;
        for (const entry of entries) {
          await store.addUsage(taskOf(entry), entry.session, entry.figures);
        }
        assert.deepEqual(await store.spentSince(0), sum(entries));
        for (const name of ["a", "b"]) {
          const own = entries.filter((entry) => entry.session === name);
          assert.deepEqual(await store.spentBySession(name), sum(own));
          for (const task of [`${name}1`, `${name}2`]) {
            const ofTask = own.filter((entry) => taskOf(entry) === task);
            assert.deepEqual(await store.spentByTask(task), sum(ofTask));
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  test("spentSince: from the moment on, that moment included", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const first = place.now;
    await store.addUsage("t", "s", some);
    place.now += 1000;
    await store.addUsage("t", "s", { ...noSpending, cost_usd: 1 });
    const cost = async (since: number) => (await store.spentSince(since)).cost_usd;
    assert.equal(await cost(first), 1.125);
    assert.equal(await cost(first + 1), 1);
    assert.equal(await cost(first + 1000), 1);
    assert.equal(await cost(first + 1001), 0);
  });

  test("usageByDay: each day with what was spent and the tasks that ended, empty ones too", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    place.now = Date.parse("2026-03-01T23:59:00Z");
    const first = await accepted(store, handOff(1));
    place.now += 30_000;
    const claim = await claimed(store);
    await store.addUsage(first, "s", some);
    place.now += 20_000;
    await store.finish(claim, done);
    place.now += 2 * 24 * 60 * 60 * 1000;
    await store.cancel(await accepted(store, handOff(2)), "asked");
    await store.addUsage("t", "s", { ...noSpending, cost_usd: 1 });
    await store.addUsage("t", "s", { ...noSpending, cost_usd: 0.5, turn_ms: 7 });
    const none = { succeeded: 0, failed: 0, cancelled: 0, superseded: 0 };
    const unknown = { mean_wait_ms: null, mean_run_ms: null };
    assert.deepEqual(await store.usageByDay(3), [
      {
        day: "2026-03-01",
        ...some,
        tasks: { ...none, succeeded: 1 },
        mean_wait_ms: 30_000,
        mean_run_ms: 20_000,
      },
      { day: "2026-03-02", ...noSpending, tasks: none, ...unknown },
      {
        day: "2026-03-03",
        ...noSpending,
        cost_usd: 1.5,
        turn_ms: 7,
        tasks: { ...none, cancelled: 1 },
        ...unknown,
      },
    ]);
    const [today] = await store.usageByDay(1);
    assert.equal(today?.day, "2026-03-03");
  });

  test("the conversation is forgotten and the store reopened: what was spent stays", async () => {
    await using place = await newPlace();
    const work = handOff();
    const id = sessionIdOf(work.event);
    {
      await using store = await place.open();
      await accepted(store, work);
      await store.setConversation(id, { id: v7(), costUsd: 0.125, transcript: null });
      await store.addUsage(work.task_id, id, some);
      await store.setConversation(id, null);
      assert.deepEqual(await store.spentBySession(id), some);
    }
    await using store = await place.open();
    assert.deepEqual(await store.spentBySession(id), some);
    assert.deepEqual(await store.spentByTask(work.task_id), some);
  });
}

function sum(entries: readonly { figures: Spending }[]): Spending {
  const of = (figure: keyof Spending) =>
    entries.reduce((total, { figures }) => total + figures[figure], 0);
  return {
    model_requests: of("model_requests"),
    input_tokens: of("input_tokens"),
    output_tokens: of("output_tokens"),
    cache_read_input_tokens: of("cache_read_input_tokens"),
    cache_creation_input_tokens: of("cache_creation_input_tokens"),
    cost_usd: of("cost_usd"),
    turn_ms: of("turn_ms"),
  };
}
