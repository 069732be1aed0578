import assert from "node:assert/strict";
import { test } from "node:test";
import { CicdError } from "#shared/error.ts";
import type { Start } from "#shared/task.ts";
import { until } from "../until.ts";
import { say } from "./drive.ts";
import { type Scene, setScene } from "./scene.ts";

test("SessionManager gives a new session the process and the workspace of a spare, for good", async () => {
  await using scene = await setScene({ maxSessions: 3, spares: 1 });
  await scene.manager.open();
  await ready(scene, 1);
  const [spare] = await scene.pids();
  const [name = ""] = await scene.workspaces();
  const id = await scene.session(1);
  const starts: Start[] = [];
  const onStarting = (start: Start) => starts.push(start);
  {
    using lease = await scene.acquire(id, { onStarting });
    assert.deepEqual([lease.start, lease.pid, lease.isNew, starts], ["spare", spare, true, []]);
    assert(lease.folder.endsWith(`/${name}`));
    assert.equal((await scene.record(id)).workspace, name);
    assert.equal((await say(lease, "1")).said, "1");
  }
  assert.deepEqual([scene.manager.spares, scene.manager.size], [0, 1]);
  await scene.manager.terminate(id);
  using lease = await scene.acquire(id, { onStarting });
  assert.deepEqual([lease.start, lease.isNew, starts], ["resumed", false, ["resumed"]]);
  // It is found only in the folder that it began in.
  assert.deepEqual(await say(lease, "3"), { said: "1\n3", costUsd: 2 });
  assert.deepEqual(await scene.workspaces(), [name]);
});

test("SessionManager.refill starts the spares that are missing, and leaves room for a session", async () => {
  await using scene = await setScene({ maxSessions: 3, spares: 5 });
  await scene.manager.refill();
  assert.equal(scene.manager.spares, 2);
  await ready(scene, 2);
  await scene.manager.refill();
  assert.equal((await scene.pids()).length, 2);
  using lease = await scene.acquire(await scene.session(1));
  assert.deepEqual([lease.start, scene.manager.spares], ["spare", 1]);
  await scene.manager.refill();
  assert.equal(scene.manager.spares, 2);
  await ready(scene, 3);
});

test("SessionManager hands out a spare that is ready before one that still starts", async () => {
  await using scene = await setScene({ maxSessions: 3, spares: 2 });
  {
    using _first = await scene.acquire(await scene.session(1));
    using _second = await scene.acquire(await scene.session(2));
    scene.behave("hang-at-start");
    await scene.manager.refill();
    await until(async () => (await scene.pids()).length === 3);
  }
  const before = scene.manager.pids;
  scene.behave("remembers");
  await scene.manager.refill();
  await ready(scene, 2);
  const spare = scene.manager.pids.find((pid) => !before.includes(pid));
  using lease = await scene.acquire(await scene.session(3));
  assert.deepEqual([lease.start, lease.pid], ["spare", spare]);
});

test("SessionManager hands out a spare that still starts", async () => {
  await using scene = await setScene({ spares: 1 });
  await scene.manager.open();
  assert.deepEqual(scene.manager.pids, []);
  using lease = await scene.acquire(await scene.session(1));
  assert.deepEqual([lease.start, await scene.pids()], ["spare", [lease.pid]]);
});

test("SessionManager gives no spare to a session that has a workspace, or is used one-shot", async () => {
  await using scene = await setScene({ maxSessions: 4, spares: 1 });
  const [a, b] = [await scene.session(1), await scene.session(2)];
  (await scene.acquire(a))[Symbol.dispose]();
  await scene.manager.terminate(a);
  await scene.manager.open();
  await ready(scene, 1);
  using first = await scene.acquire(a);
  using second = await scene.acquire(b, { oneShot: true });
  assert.deepEqual([first.start, second.start, scene.manager.spares], ["cold", "one_shot", 1]);
});

test("SessionManager starts a process for a session whose spare can't be started", async () => {
  await using scene = await setScene({ spares: 1 });
  scene.behave("hang-at-start", "remembers");
  await scene.manager.open();
  const [name = ""] = await started(scene);
  const id = await scene.session(1);
  const starts: Start[] = [];
  const acquiring = scene.acquire(id, { onStarting: (start) => starts.push(start) });
  await until(async () => (await scene.record(id)).workspace === name);
  for (const pid of await scene.pids()) process.kill(pid, "SIGKILL");
  using lease = await acquiring;
  assert.deepEqual([starts, lease.start, (await say(lease, "1")).said], [["cold"], "cold", "1"]);
  assert.deepEqual(await scene.workspaces(), [name]);
});

test("SessionManager drops a spare that can't be started, and tells why", async () => {
  await using scene = await setScene({ spares: 1, behaviour: "exit-at-start" });
  await scene.manager.open();
  await until(() => scene.errors.length > 0);
  const codes = scene.errors.map((error) => error instanceof CicdError && error.code);
  assert.deepEqual(codes, ["cli_exited"]);
  assert.equal(scene.manager.spares, 0);
  await until(async () => (await scene.workspaces()).length === 0);
});

test("SessionManager drops a spare that dies, with its folder, and refills", async () => {
  await using scene = await setScene({ spares: 1 });
  await scene.manager.open();
  await ready(scene, 1);
  const [before = 0] = scene.manager.pids;
  process.kill(before, "SIGKILL");
  await until(() => scene.manager.spares === 0);
  await until(async () => (await scene.workspaces()).length === 0);
  await scene.manager.refill();
  await ready(scene, 1);
  assert.notEqual(scene.manager.pids[0], before);
  assert.deepEqual(scene.errors, []);
});

/** Waits until so many processes are through with their start. */
async function ready({ manager }: Scene, count: number): Promise<void> {
  await until(() => manager.pids.length === count);
}

/** Waits for the workspace of a spare whose process runs. */
async function started(scene: Scene): Promise<string[]> {
  await until(async () => (await scene.pids()).length === 1);
  return await scene.workspaces();
}
