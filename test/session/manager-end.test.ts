import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../until.ts";
import { say, sayAndDie } from "./drive.ts";
import { setScene } from "./scene.ts";

test("SessionManager.lease leaves nothing behind when the process ends during the start", async () => {
  await using scene = await setScene({ behaviour: "exit-at-start" });
  const id = await scene.session(1);
  // The second one is not told that the session is leased.
  await assert.rejects(scene.acquire(id), { code: "cli_exited" });
  await assert.rejects(scene.acquire(id), { code: "cli_exited" });
  assert.deepEqual([await scene.pids(), scene.manager.size], [[], 0]);
});

test("SessionManager.lease keeps a conversation that could not be resumed for other reasons", async () => {
  await using scene = await setScene({ behaviour: "exit-at-start" });
  const id = await scene.session(1);
  const conversation = { id: "of old", costUsd: 7, transcript: null };
  await scene.store.setConversation(id, conversation);
  await assert.rejects(scene.acquire(id), { code: "cli_exited" });
  assert.deepEqual((await scene.record(id)).conversation, conversation);
});

test("SessionManager waits for the process that ends before it resumes its conversation", async () => {
  const states: string[] = [];
  // It obeys nothing but SIGKILL, so that its end takes longer than a start.
  await using scene = await setScene({
    behaviour: "stubborn",
    patience: 200,
    onState: ({ to }) => states.push(to),
  });
  const id = await scene.session(1);
  (await scene.acquire(id))[Symbol.dispose]();
  const ending = scene.manager.terminate(id);
  using lease = await scene.acquire(id);
  assert.deepEqual(states, ["ready", "dead", "ready"]);
  assert.deepEqual([await ending, await scene.pids()], [true, [lease.pid]]);
});

test("SessionManager.stop ends all processes, leased or not, and refuses what comes later", async () => {
  await using scene = await setScene();
  const [a, b] = [await scene.session(1), await scene.session(2)];
  using lease = await scene.acquire(a);
  await say(lease, "one");
  (await scene.acquire(b))[Symbol.dispose]();
  const stopping = scene.manager.stop();
  await assert.rejects(scene.acquire(b), { code: "shutting_down" });
  await stopping;
  assert.deepEqual([await scene.pids(), scene.manager.size], [[], 0]);
  await assert.rejects(scene.acquire(b), { code: "shutting_down" });
  await sayAndDie(lease);
});

test("SessionManager.stop ends processes that only just start", async () => {
  await using scene = await setScene({ behaviour: "hang-at-start" });
  const id = await scene.session(1);
  const acquiring = assert.rejects(scene.acquire(id), { code: "shutting_down" });
  await until(async () => (await scene.pids()).length === 1);
  await scene.manager.stop();
  assert.deepEqual(await scene.pids(), []);
  await acquiring;
});

test("SessionManager.stop waits for processes that were told to end before", async () => {
  await using scene = await setScene({ behaviour: "stubborn", patience: 200 });
  const id = await scene.session(1);
  (await scene.acquire(id))[Symbol.dispose]();
  const ending = scene.manager.terminate(id);
  await scene.manager.stop();
  assert.deepEqual([await scene.pids(), await ending], [[], true]);
});

test("SessionManager.stop leaves no process of a session that waits to start", async () => {
  await using scene = await setScene({ maxSessions: 1 });
  const [a, b] = [await scene.session(1), await scene.session(2)];
  (await scene.acquire(a))[Symbol.dispose]();
  // It waits for the one that makes room.
  const acquiring = assert.rejects(scene.acquire(b), { code: "shutting_down" });
  await scene.manager.stop();
  await acquiring;
  assert.deepEqual([await scene.pids(), scene.manager.size], [[], 0]);
});

test("SessionManager.stop ends a process that starts though nobody waits for it any more", async () => {
  await using scene = await setScene({ behaviour: "hang-at-start" });
  const id = await scene.session(1);
  const abort = new AbortController();
  const acquiring = assert.rejects(scene.acquire(id, { signal: abort.signal }));
  await until(async () => (await scene.pids()).length === 1);
  abort.abort();
  await acquiring;
  await scene.manager.stop();
  assert.deepEqual(await scene.pids(), []);
});

test("SessionManager.terminate waits for a process that was told to end before", async () => {
  await using scene = await setScene({ behaviour: "stubborn", patience: 200 });
  const id = await scene.session(1);
  (await scene.acquire(id))[Symbol.dispose]();
  const ending = scene.manager.terminate(id);
  assert.equal(await scene.manager.terminate(id), false);
  assert.deepEqual([await scene.pids(), await ending], [[], true]);
});
