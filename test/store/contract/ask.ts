import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import type { Store } from "#runner/store/store.ts";
import { accepted, claimed, done, story } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

/** Questions of people: tasks that no delivery has made. */
export function askContract(newPlace: NewPlace): void {
  test("a session: accepted, a task about what its latest task was about", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const sessionId = await sessionOf(store, await accepted(store));
    const latest = handOff(7);
    latest.event.pull_request.head.sha = "f".repeat(40);
    await accepted(store, latest);
    place.now += 1000;
    const taskId = v7();
    const question = { taskId, text: "Why?\n\u2028 /clear 'x'" };
    const asked = await store.ask(sessionId, question, { limit: 9 });
    assert.deepEqual(asked, { outcome: "accepted", taskId, sessionId });
    const task = await store.task(taskId);
    assert.deepEqual(task, {
      id: taskId,
      session_id: sessionId,
      delivery_id: `message:${taskId}`,
      kind: "ask",
      state: "queued",
      attempt: 0,
      event: latest.event,
      message: question.text,
      result: null,
      error: null,
      created_at: "2026-01-02T03:04:06.678Z",
      started_at: null,
      ended_at: null,
    });
    const [entry, ...rest] = await store.journal(taskId, 0, 10);
    assert.deepEqual([entry?.type, entry?.data, rest], ["task.queued", { kind: "ask" }, []]);
    assert.equal((await store.session(sessionId))?.activeAt, place.now);
  });

  test("an unknown session: undefined, and nothing changes", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    assert.equal(await ask(store, v7()), undefined);
    assert.deepEqual(await store.tasks({ limit: 9 }), []);
    assert.deepEqual(await store.sessions(9), []);
  });

  test("a full queue: full, and nothing changes", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const sessionId = await sessionOf(store, await accepted(store));
    await accepted(store, handOff(8));
    assert.deepEqual(await ask(store, sessionId, 2), { outcome: "full", depth: 2 });
    assert.equal((await store.tasks({ limit: 9 })).length, 2);
    await claimed(store);
    assert.equal((await ask(store, sessionId, 2))?.outcome, "accepted");
  });

  test("a task id that is used: conflict, and nothing changes", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const taskId = await accepted(store);
    const sessionId = await sessionOf(store, taskId);
    const before = await story(store, taskId);
    const asking = store.ask(sessionId, { taskId, text: "Why?" }, { limit: 9 });
    await assert.rejects(asking, { code: "conflict" });
    assert.deepEqual(await story(store, taskId), before);
  });

  test("questions and a new push: each runs in its turn, and none is superseded", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const review = await accepted(store);
    const sessionId = await sessionOf(store, review);
    const first = taskOf(await ask(store, sessionId));
    const second = taskOf(await ask(store, sessionId));
    const push = await accepted(store);
    assert.equal((await story(store, review)).state, "superseded");
    for (const id of [first, second, push]) {
      const claim = await claimed(store);
      assert.equal(claim.task.id, id);
      assert.equal(await store.claim(), undefined);
      await store.finish(claim, done);
    }
  });

  test("a push while a question runs: does not interrupt it", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const sessionId = await sessionOf(store, await accepted(store));
    await store.finish(await claimed(store), done);
    const id = taskOf(await ask(store, sessionId));
    await claimed(store);
    await accepted(store);
    assert.equal(await store.interruption(id), undefined);
  });

  test("reopened: the question is still there", async () => {
    await using place = await newPlace();
    let id = "";
    {
      await using store = await place.open();
      id = taskOf(await ask(store, await sessionOf(store, await accepted(store))));
    }
    await using store = await place.open();
    assert.equal((await store.task(id))?.message, "Why?");
  });

  test("the queue's watch: told", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const sessionId = await sessionOf(store, await accepted(store));
    using watch = store.watchQueue();
    const change = watch.next();
    await ask(store, sessionId);
    await change;
  });
}

async function ask(store: Store, sessionId: string, limit = 9) {
  return await store.ask(sessionId, { taskId: v7(), text: "Why?" }, { limit });
}

function taskOf(asked: Awaited<ReturnType<Store["ask"]>>): string {
  return asked?.outcome === "accepted" ? asked.taskId : assert.fail("it was not accepted");
}

async function sessionOf(store: Store, taskId: string): Promise<string> {
  return (await store.task(taskId))?.session_id ?? assert.fail("there is no such task");
}
