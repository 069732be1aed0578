import assert from "node:assert/strict";
import { test } from "node:test";
import type { Claim } from "#runner/store/store.ts";
import { accepted, claimed, done, said, story } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

/** What a new run of the host finds, and does with what the last one left running. */
export function restartContract(newPlace: NewPlace): void {
  test("queued and ended tasks: as they were", async () => {
    await using place = await newPlace();
    const ids: string[] = [];
    {
      await using store = await place.open();
      ids.push(await accepted(store, handOff(1)), await accepted(store, handOff(2)));
      await store.finish(await claimed(store), done);
    }
    await using store = await place.open();
    const states = await Promise.all(ids.map(async (id) => (await story(store, id)).state));
    assert.deepEqual(states, ["succeeded", "queued"]);
    assert.equal((await claimed(store)).task.id, ids[1]);
  });

  test("a running task: queued again at the same attempt, its old claim fenced off", async () => {
    await using place = await newPlace();
    let id: string;
    let stale: Claim;
    {
      await using store = await place.open();
      id = await accepted(store);
      stale = await claimed(store);
      await store.append(stale, [said("a")]);
    }
    await using store = await place.open();
    const types = ["task.queued", "task.started", "message.delta", "task.retrying"];
    assert.deepEqual(await story(store, id), { state: "queued", types });
    const current = await claimed(store);
    assert.equal(current.task.attempt, 1);
    assert.equal(await store.append(stale, [said("late")]), false);
    assert.equal(await store.finish(stale, done), false);
    assert.equal(await store.finish(current, done), true);
  });

  test("a task under which the host ended three times: failed with host_restarted", async () => {
    await using place = await newPlace();
    let id = "";
    for (const run of [1, 2, 3]) {
      await using store = await place.open();
      if (run === 1) id = await accepted(store);
      assert.equal((await claimed(store)).task.id, id);
    }
    await using store = await place.open();
    const { state, types } = await story(store, id);
    assert.equal(state, "failed");
    assert.equal(types.filter((type) => type === "task.retrying").length, 2);
    assert.equal(types.at(-1), "task.failed");
    assert.equal((await store.task(id))?.error?.code, "host_restarted");
    assert.equal(await store.claim(), undefined);
  });

  test("running tasks that were to stop: cancelled and superseded, not run again", async () => {
    await using place = await newPlace();
    let cancelled = "";
    let superseded = "";
    let next = "";
    {
      await using store = await place.open();
      cancelled = await accepted(store, handOff(1));
      superseded = await accepted(store, handOff(2));
      await claimed(store);
      await claimed(store);
      await store.cancel(cancelled, "asked");
      next = await accepted(store, handOff(2));
    }
    await using store = await place.open();
    assert.equal((await story(store, cancelled)).types.at(-1), "task.cancelled");
    assert.equal((await story(store, superseded)).types.at(-1), "task.superseded");
    assert.equal((await claimed(store)).task.id, next);
    assert.equal(await store.claim(), undefined);
  });

  test("a closed store: every method says that it is shutting down", async () => {
    await using place = await newPlace();
    const store = await place.open();
    await accepted(store);
    const claim = await claimed(store);
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    const closed = { code: "shutting_down" };
    await assert.rejects(store.enqueue(handOff(), { limit: 9 }), closed);
    await assert.rejects(store.claim(), closed);
    await assert.rejects(store.append(claim, [said("a")]), closed);
    await assert.rejects(store.finish(claim, done), closed);
    await assert.rejects(store.cancel(claim.task.id, "asked"), closed);
    await assert.rejects(store.task(claim.task.id), closed);
    await assert.rejects(store.tasks({ limit: 9 }), closed);
    await assert.rejects(store.journal(claim.task.id, 0, 9), closed);
    await assert.rejects(store.sessions(9), closed);
    await assert.rejects(store.stats(), closed);
    await assert.rejects(store.spentSince(0), closed);
  });
}
