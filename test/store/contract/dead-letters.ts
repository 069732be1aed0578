import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import type { Store } from "#runner/store/store.ts";
import type { HandOff } from "#shared/api.ts";
import { accepted, claimed, done, retryIn, story, trouble } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

/** What can be done about tasks that have failed. */
export function deadLetterContract(newPlace: NewPlace): void {
  test("deadLetters: failed tasks alone, the latest first, by code, repository and time", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const a = await failed(store, handOff(1));
    place.now += 1000;
    const b = await failed(store, handOff(2, { repository: "other" }), "turn_timeout");
    await accepted(store, handOff(3));
    await store.finish(await claimed(store), done);
    await accepted(store, handOff(4));
    const ids = async (filter: Parameters<Store["deadLetters"]>[0]) =>
      (await store.deadLetters(filter)).map(({ id }) => id);
    assert.deepEqual(await ids({ limit: 9 }), [b, a]);
    assert.deepEqual(await ids({ limit: 1 }), [b]);
    assert.deepEqual(await ids({ code: "internal", limit: 9 }), [a]);
    assert.deepEqual(await ids({ repository: "acme/other", limit: 9 }), [b]);
    assert.deepEqual(await ids({ repository: "other", limit: 9 }), []);
    assert.deepEqual(await ids({ since: place.now, limit: 9 }), [b]);
    assert.deepEqual(await ids({ since: place.now - 1000, code: "internal", limit: 9 }), [a]);
    assert.deepEqual(await ids({ since: place.now + 1, limit: 9 }), []);
  });

  test("replay: a new task of the same session and event, which names the old one", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const old = await failed(store, handOff());
    const before = await story(store, old);
    const replayed = await store.replay(old, { limit: 9 });
    assert.ok(replayed?.outcome === "accepted");
    const { taskId } = replayed;
    assert.notEqual(taskId, old);
    const [first] = await store.journal(taskId, 0, 9);
    assert.deepEqual(first?.data, { kind: "review", replay_of: old });
    const [task, original] = [await store.task(taskId), await store.task(old)];
    assert.deepEqual(
      [task?.session_id, task?.delivery_id, task?.event, task?.state, task?.attempt],
      [original?.session_id, original?.delivery_id, original?.event, "queued", 0],
    );
    await store.finish(await claimed(store), done);
    assert.equal((await story(store, taskId)).state, "succeeded");
    assert.deepEqual(await story(store, old), before);
  });

  test("replay again: the same one while it lives, and another when it has ended", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const old = await failed(store, handOff());
    const [one, other] = await Promise.all([
      store.replay(old, { limit: 9 }),
      store.replay(old, { limit: 9 }),
    ]);
    assert.ok(one?.outcome === "accepted" && other?.outcome === "duplicate");
    assert.equal(other.taskId, one.taskId);
    const claim = await claimed(store);
    assert.deepEqual(await store.replay(old, { limit: 9 }), other);
    await store.finish(claim, retryIn(0));
    assert.deepEqual(await store.replay(old, { limit: 9 }), other);
    await store.finish(await claimed(store), { state: "failed", error: trouble });
    const next = await store.replay(old, { limit: 9 });
    assert.ok(next?.outcome === "accepted" && next.taskId !== one.taskId);
  });

  test("replay of what has not failed, is unknown, or finds a full queue: refused", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const old = await failed(store, handOff(1));
    const id = await accepted(store, handOff(2));
    const refusal = { code: "conflict", message: new RegExp(`${id}: it is queued`) };
    await assert.rejects(store.replay(id, { limit: 9 }), refusal);
    assert.equal(await store.replay(v7(), { limit: 9 }), undefined);
    assert.deepEqual(await store.replay(old, { limit: 1 }), { outcome: "full", depth: 1 });
  });

  test("replay of a review: a later delivery supersedes it", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const replayed = await store.replay(await failed(store, handOff()), { limit: 9 });
    assert.ok(replayed?.outcome === "accepted");
    await accepted(store);
    assert.equal((await story(store, replayed.taskId)).state, "superseded");
  });

  test("replay of a question: the same question", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    await accepted(store);
    const { task } = await claimed(store);
    const text = "Why\0?";
    const taskId = v7();
    await store.ask(task.session_id, { taskId, text }, { limit: 9 });
    await store.cancel(task.id, "asked");
    await place.alter(`UPDATE task SET state = 'failed' WHERE id = '${taskId}'`);
    const replayed = await store.replay(taskId, { limit: 9 });
    assert.ok(replayed?.outcome === "accepted");
    const { kind, message } = (await store.task(replayed.taskId)) ?? {};
    assert.deepEqual([kind, message], ["ask", text]);
  });

  for (const event of ["{}", "no JSON"]) {
    test(`a stored task that can't be read (${event}): fails at its claim, and the next runs`, async () => {
      await using place = await newPlace();
      await using store = await place.open();
      const poison = await accepted(store, handOff(1));
      const next = await accepted(store, handOff(2));
      await place.alter(`UPDATE task SET event = '${event}' WHERE id = '${poison}'`);
      using watch = store.watchTask(poison);
      assert.equal((await claimed(store)).task.id, next);
      await watch.next();
      const [, end] = await store.journal(poison, 0, 9);
      assert.ok(end?.type === "task.failed");
      assert.match(end.data.error.message, new RegExp(`^Cannot read stored task ${poison}: event`));
      await assert.rejects(store.task(poison), { code: "internal" });
      const listed = await store.tasks({ limit: 9 });
      assert.deepEqual(
        listed.map(({ id }) => id),
        [next],
      );
      assert.deepEqual(await store.deadLetters({ limit: 9 }), []);
    });
  }
}

async function failed(store: Store, work: HandOff, code = trouble.code): Promise<string> {
  const id = await accepted(store, work);
  await store.finish(await claimed(store), { state: "failed", error: { ...trouble, code } });
  return id;
}
