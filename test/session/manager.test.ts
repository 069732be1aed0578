import assert from "node:assert/strict";
import { test } from "node:test";
import type { Start } from "#shared/task.ts";
import { until } from "../until.ts";
import { say, sayAndDie } from "./drive.ts";
import { setScene } from "./scene.ts";

test("SessionManager begins a conversation, and keeps its process warm for the next lease", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  const starts: Start[] = [];
  const onStarting = (start: Start) => starts.push(start);
  const pids: number[] = [];
  for (const text of ["one", "two"]) {
    using lease = await scene.acquire(id, { onStarting });
    assert.deepEqual(scene.manager.processOf(id), { state: "ready", pid: lease.pid });
    await assert.rejects(scene.acquire(id), { code: "conflict" });
    pids.push(lease.pid);
    starts.push(lease.start);
    assert.equal((await say(lease, text)).said, text === "one" ? "one" : "one\ntwo");
  }
  assert.deepEqual(starts, ["cold", "cold", "warm"]);
  assert.equal(pids[0], pids[1]);
  assert.deepEqual(await scene.pids(), pids.slice(1));
});

test("SessionManager resumes the conversation of a session whose process was ended", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  {
    using lease = await scene.acquire(id);
    await say(lease, "one");
  }
  const before = (await scene.record(id)).conversation;
  assert.equal(await scene.manager.terminate(id), true);
  assert.deepEqual(await scene.pids(), []);
  assert.equal(scene.manager.processOf(id), undefined);
  assert.equal(await scene.manager.terminate(id), false);
  const starts: Start[] = [];
  using lease = await scene.acquire(id, { onStarting: (start) => starts.push(start) });
  assert.deepEqual([...starts, lease.start], ["resumed", "resumed"]);
  assert.equal((await say(lease, "two")).said, "one\ntwo");
  assert.equal((await scene.record(id)).conversation?.id, before?.id);
});

test("SessionManager begins a new conversation when no message was sent in the old one", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  (await scene.acquire(id))[Symbol.dispose]();
  assert.equal((await scene.record(id)).conversation, null);
  await scene.manager.terminate(id);
  using lease = await scene.acquire(id);
  assert.equal(lease.start, "cold");
});

test("SessionManager refuses a session that is leased, and one that is being leased", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  const acquiring = scene.acquire(id);
  assert.deepEqual(scene.manager.processOf(id), { state: "starting", pid: null });
  await assert.rejects(scene.acquire(id), { code: "conflict" });
  await assert.rejects(scene.manager.terminate(id), { code: "conflict" });
  using lease = await acquiring;
  await assert.rejects(scene.acquire(id), { code: "conflict" });
  await assert.rejects(scene.manager.terminate(id), { code: "conflict" });
  await assert.rejects(scene.manager.forget(id), { code: "conflict" });
  assert.equal((await say(lease, "still here")).said, "still here");
});

test("SessionManager.forget ends the process, and the next conversation is a new one", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  {
    using lease = await scene.acquire(id);
    await say(lease, "one");
  }
  const before = (await scene.record(id)).conversation;
  await scene.manager.forget(id);
  assert.deepEqual([await scene.pids(), (await scene.record(id)).conversation], [[], null]);
  using lease = await scene.acquire(id);
  assert.deepEqual([lease.start, (await say(lease, "two")).said], ["cold", "two"]);
  assert.notEqual((await scene.record(id)).conversation?.id, before?.id);
});

test("SessionManager replaces a process that died while nobody used it by one that resumes", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  let dead = 0;
  {
    using lease = await scene.acquire(id);
    await say(lease, "one");
    dead = lease.pid;
  }
  process.kill(dead, "SIGKILL");
  await until(() => scene.manager.processOf(id) === undefined);
  assert.equal(scene.manager.size, 0);
  using lease = await scene.acquire(id);
  assert.deepEqual([lease.start, (await say(lease, "two")).said], ["resumed", "one\ntwo"]);
  assert.notEqual(lease.pid, dead);
});

test("SessionManager remembers the conversation before its first message is sent", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  {
    using lease = await scene.acquire(id);
    await sayAndDie(lease);
  }
  using lease = await scene.acquire(id);
  assert.deepEqual([lease.start, (await say(lease, "again")).said], ["resumed", "die\nagain"]);
});

test("SessionManager leaves a later lease alone when one whose process died is given back", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  const dead = await scene.acquire(id);
  await sayAndDie(dead);
  using _lease = await scene.acquire(id);
  dead[Symbol.dispose]();
  await assert.rejects(scene.acquire(id), { code: "conflict" });
});

test("SessionManager begins anew when the CLI has lost the conversation", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  await scene.store.setConversation(id, { id: "lost", costUsd: 7, transcript: null });
  const starts: Start[] = [];
  using lease = await scene.acquire(id, { onStarting: (start) => starts.push(start) });
  assert.deepEqual([...starts, lease.start], ["resumed", "cold", "cold"]);
  assert.deepEqual(await say(lease, "0.5"), { said: "0.5", costUsd: 0.5 });
  assert.notEqual((await scene.record(id)).conversation?.id, "lost");
});
