import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../until.ts";
import { say } from "./drive.ts";
import { setScene } from "./scene.ts";

test("SessionManager has no more processes, when frozen, than there were: the oldest make room", async () => {
  await using scene = await setScene({ maxSessions: 4 });
  const ids = [await scene.session(1), await scene.session(2), await scene.session(3)];
  const [a = "", b = "", c = ""] = ids;
  for (const id of [a, b]) {
    scene.now += 1;
    (await scene.acquire(id))[Symbol.dispose]();
  }
  await scene.manager.setMode("frozen");
  assert.deepEqual([scene.manager.capacity, (await scene.pids()).length], [2, 2]);
  using _lease = await scene.acquire(c);
  assert.deepEqual(
    ids.map((id) => scene.manager.processOf(id) !== undefined),
    [false, true, true],
  );
  assert.equal((await scene.pids()).length, 2);
  await scene.manager.setMode("pooled");
  assert.equal(scene.manager.capacity, 4);
  using _second = await scene.acquire(a);
  assert.equal((await scene.pids()).length, 3);
});

test("SessionManager serves one session when it was frozen without any", async () => {
  await using scene = await setScene();
  await scene.manager.setMode("frozen");
  assert.equal(scene.manager.capacity, 1);
  const id = await scene.session(1);
  using lease = await scene.acquire(id);
  assert.deepEqual(await scene.pids(), [lease.pid]);
});

test("SessionManager keeps no process in one-shot mode, and resumes conversations all the same", async () => {
  await using scene = await setScene({ maxSessions: 3 });
  const [a, b] = [await scene.session(1), await scene.session(2)];
  (await scene.acquire(b))[Symbol.dispose]();
  {
    using before = await scene.acquire(a);
    await scene.manager.setMode("one_shot");
    // What is in use is let finish, what is idle ends.
    assert.deepEqual(await scene.pids(), [before.pid]);
    assert.equal((await say(before, "1")).said, "1");
  }
  await until(async () => (await scene.pids()).length === 0);
  assert.deepEqual([scene.manager.capacity, scene.manager.size], [1, 0]);
  for (const said of ["1\n2", "1\n2\n2"]) {
    using lease = await scene.acquire(a);
    assert.deepEqual([lease.start, (await say(lease, "2")).said], ["resumed", said]);
  }
});

test("SessionManager ends a process of one-shot mode with its lease, whatever the mode is then", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  await scene.manager.setMode("one_shot");
  {
    using _lease = await scene.acquire(id);
    await scene.manager.setMode("pooled");
  }
  await until(async () => (await scene.pids()).length === 0);
});

test("SessionManager.lease in one shot has a process of its own, and nobody comes back to it", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  {
    using lease = await scene.acquire(id);
    await say(lease, "0");
  }
  await scene.manager.terminate(id);
  const { conversation } = await scene.record(id);
  const starts: string[] = [];
  for (const text of ["1", "2"]) {
    using lease = await scene.acquire(id, {
      oneShot: true,
      onStarting: (start) => starts.push(start),
    });
    assert.deepEqual([lease.start, lease.isNew], ["one_shot", true]);
    assert.equal((await say(lease, text)).said, text);
    assert.deepEqual((await scene.record(id)).conversation, conversation);
  }
  assert.deepEqual(starts, ["one_shot", "one_shot"]);
  await until(async () => (await scene.pids()).length === 0);
  assert.deepEqual((await scene.record(id)).conversation, conversation);
  using lease = await scene.acquire(id);
  assert.deepEqual([lease.start, (await say(lease, "3")).said], ["resumed", "0\n3"]);
});

test("SessionManager.setMode frozen keeps no more than ever, also while a session that has just come makes its room", async () => {
  await using scene = await setScene({ maxSessions: 1 });
  const [a, b] = [await scene.session(1), await scene.session(2)];
  (await scene.acquire(a))[Symbol.dispose]();
  const acquiring = scene.acquire(b);
  await scene.manager.setMode("frozen");
  using lease = await acquiring;
  assert.deepEqual([scene.manager.capacity, await scene.pids()], [1, [lease.pid]]);
});
