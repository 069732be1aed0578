import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { until } from "../until.ts";
import { type Scene, setScene } from "./scene.ts";

/** How many processes can be starting at once. */
const cores = availableParallelism();

test("SessionManager hibernates idle sessions to make room for spares, but no leased ones", async () => {
  await using scene = await setScene({ maxSessions: 2, spares: 1 });
  const [a, b] = [await scene.session(1), await scene.session(2)];
  {
    using _first = await scene.acquire(a);
    using _second = await scene.acquire(b);
    await scene.manager.refill();
    assert.deepEqual([scene.manager.size, scene.manager.spares], [2, 0]);
    scene.now += 1;
  }
  await scene.manager.refill();
  assert.deepEqual([scene.manager.size, scene.manager.spares], [1, 1]);
  await until(async () => (await scene.pids()).length === 2);
});

test("SessionManager counts spares toward the bound: one makes room for a session that can't take it", async () => {
  await using scene = await setScene({ maxSessions: 2, spares: 1 });
  const [a, b] = await withWorkspaces(scene);
  await scene.manager.open();
  await until(() => scene.manager.pids.length === 1);
  using first = await scene.acquire(a);
  assert.equal(scene.manager.spares, 1);
  using second = await scene.acquire(b);
  assert.equal(scene.manager.spares, 0);
  assert.deepEqual((await scene.pids()).sort(), [first.pid, second.pid].sort());
  assert.deepEqual(await scene.workspaces(), [a, b].sort());
});

test("SessionManager.setMode removes the spares, and only pooled makes new ones", async () => {
  for (const mode of ["frozen", "one_shot"] as const) {
    await using scene = await setScene({ maxSessions: 3, spares: 2 });
    await scene.manager.open();
    await scene.manager.setMode(mode);
    assert.deepEqual([scene.manager.spares, await scene.pids()], [0, []]);
    assert.deepEqual(await scene.workspaces(), []);
    await scene.manager.refill();
    assert.equal(scene.manager.spares, 0);
    await scene.manager.setMode("pooled");
    assert.equal(scene.manager.spares, 2);
  }
});

test("SessionManager.fit ends the least recently used, then spares, and never what is in use", async () => {
  await using scene = await setScene({ maxSessions: 5, spares: 1 });
  const [a, b, c] = [await scene.session(1), await scene.session(2), await scene.session(3)];
  const leased: number[] = [];
  for (const id of [a, b, c]) {
    using lease = await scene.acquire(id);
    leased.push(lease.pid);
    scene.now += 1;
  }
  using busy = await scene.acquire(a);
  await scene.manager.refill();
  await until(() => scene.manager.pids.length === 4);
  const each = new Map(scene.manager.pids.map((pid) => [pid, 100]));
  const left = () => [scene.manager.size, scene.manager.spares];
  assert.equal(await scene.manager.fit(each, 400), 0);
  assert.equal(await scene.manager.fit(each, 399), 1);
  assert.equal(scene.manager.processOf(b), undefined);
  assert.deepEqual(left(), [2, 1]);
  each.delete(leased[1] ?? 0);
  assert.equal(await scene.manager.fit(each, 100), 2);
  assert.deepEqual(left(), [1, 0]);
  assert.equal(scene.manager.processOf(a)?.pid, busy.pid);
  assert.deepEqual(await scene.pids(), [busy.pid]);
});

test("SessionManager.refill starts no spare before the memory has room for it", async () => {
  await using scene = await setScene({ maxSessions: 3, spares: 1 });
  using busy = await scene.acquire(await scene.session(1));
  const used = new Map([[busy.pid, 100]]);
  await scene.manager.fit(used, 199);
  await scene.manager.refill();
  assert.equal(scene.manager.spares, 0);
  await scene.manager.fit(used, 200);
  await scene.manager.refill();
  assert.equal(scene.manager.spares, 1);
});

test("SessionManager.fit does not count the memory of a process that has ended since it was measured", async () => {
  await using scene = await setScene({ maxSessions: 3 });
  const [a, b] = [await scene.session(1), await scene.session(2)];
  for (const id of [a, b]) (await scene.acquire(id))[Symbol.dispose]();
  const each = new Map(scene.manager.pids.map((pid) => [pid, 100]));
  await scene.manager.terminate(a);
  assert.equal(await scene.manager.fit(each, 100), 0);
  assert.notEqual(scene.manager.processOf(b), undefined);
});

test("SessionManager.refill starts as many spares as are wanted, also when it is called twice at once", async () => {
  await using scene = await setScene({ maxSessions: 3, spares: 1 });
  const id = await scene.session(1);
  (await scene.acquire(id))[Symbol.dispose]();
  const { manager } = scene;
  await Promise.all([manager.refill(), manager.refill()]);
  assert.equal(manager.spares, 1);
});

test("SessionManager.open removes the workspaces that no session has", async () => {
  await using scene = await setScene({ maxSessions: 2, spares: 1 });
  const [a, b] = await withWorkspaces(scene);
  // As if the runner had ended before the session was remembered.
  await scene.store.setWorkspace(b, null);
  await scene.manager.open();
  await until(() => scene.manager.pids.length === 1);
  const left = await scene.workspaces();
  assert.equal(left.length, 2);
  assert.deepEqual([left.includes(a), left.includes(b)], [true, false]);
});

test("SessionManager.stop ends spares, and a session that waits for one that starts", async () => {
  await using scene = await setScene({ maxSessions: 3, spares: 2, behaviour: "hang-at-start" });
  await scene.manager.open();
  await until(async () => (await scene.pids()).length === Math.min(cores, 2));
  const id = await scene.session(1);
  const acquiring = assert.rejects(scene.acquire(id), { code: "shutting_down" });
  await until(async () => (await scene.record(id)).workspace !== null);
  await scene.manager.stop();
  await acquiring;
  assert.deepEqual([await scene.pids(), scene.manager.spares], [[], 0]);
  assert.deepEqual(await scene.workspaces(), [(await scene.record(id)).workspace]);
});

test("SessionManager.stop waits for spares that were told to end before", async () => {
  await using scene = await setScene({ spares: 1, behaviour: "stubborn", patience: 200 });
  await scene.manager.open();
  await until(() => scene.manager.pids.length === 1);
  const freezing = scene.manager.setMode("frozen");
  await scene.manager.stop();
  assert.deepEqual([await scene.pids(), await scene.workspaces()], [[], []]);
  await freezing;
});

test("SessionManager starts nothing for a session that was given up and has no room, until it is leased", {
  skip: cores < 2 && "no other process starts while one hangs: one core alone",
}, async () => {
  await using scene = await setScene({ maxSessions: 2, spares: 1 });
  const [a, b, c] = [await scene.session(1), await scene.session(2), await scene.session(3)];
  scene.behave("hang-at-start", "remembers");
  await scene.manager.open();
  await until(async () => (await scene.pids()).length === 1);
  const [spare = 0] = await scene.pids();
  const early = await scene.manager.lease(a);
  using _b = await scene.acquire(b);
  using _c = await scene.acquire(c);
  early[Symbol.dispose]();
  // The spare that it waits for.
  process.kill(spare, "SIGKILL");
  await until(() => scene.manager.processOf(a) === undefined);
  using lease = await scene.acquire(a);
  assert.equal(lease.start, "cold");
});

test("SessionManager starts nothing for a session that was given up in one-shot mode", async () => {
  await using scene = await setScene({ spares: 1, behaviour: "hang-at-start" });
  const id = await scene.session(1);
  await scene.manager.open();
  await until(async () => (await scene.pids()).length === 1);
  const [spare = 0] = await scene.pids();
  const lease = await scene.manager.lease(id);
  await scene.manager.setMode("one_shot");
  lease[Symbol.dispose]();
  process.kill(spare, "SIGKILL");
  await scene.manager.terminate(id);
  assert.deepEqual([await scene.pids(), scene.manager.size], [[], 0]);
});

/** Two sessions that have a workspace, and no process. */
async function withWorkspaces(scene: Scene): Promise<[string, string]> {
  const ids: [string, string] = [await scene.session(1), await scene.session(2)];
  for (const id of ids) {
    (await scene.acquire(id))[Symbol.dispose]();
    await scene.manager.terminate(id);
  }
  return ids;
}
