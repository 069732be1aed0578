import assert from "node:assert/strict";
import { test } from "node:test";
import { say } from "./drive.ts";
import { type Scene, setScene } from "./scene.ts";

test("SessionManager ends the least recently used process to make room for another", async () => {
  await using scene = await setScene({ maxSessions: 2 });
  const [a, b, c] = await idle(scene, 2, 3);
  scene.now += 1;
  (await scene.acquire(a))[Symbol.dispose]();
  using lease = await scene.acquire(c);
  assert.deepEqual(residents(scene, [a, b, c]), [true, false, true]);
  assert.deepEqual((await scene.pids()).toSorted(), pidsOf(scene, [a, c]));
  assert.equal((await say(lease, "one")).said, "one");
});

test("SessionManager ends no leased process, and makes the room good when one is given back", async () => {
  await using scene = await setScene({ maxSessions: 1 });
  const [a, b, c] = await idle(scene, 0, 3);
  {
    using first = await scene.acquire(a);
    using second = await scene.acquire(b);
    assert.deepEqual([await say(first, "1"), await say(second, "2")].length, 2);
    assert.equal(scene.manager.size, 2);
  }
  using _lease = await scene.acquire(c);
  assert.deepEqual(residents(scene, [a, b, c]), [false, false, true]);
  assert.deepEqual(await scene.pids(), pidsOf(scene, [c]));
});

test("SessionManager makes room for sessions that are acquired at once", async () => {
  let living = 0;
  let most = 0;
  await using scene = await setScene({
    maxSessions: 2,
    onState: ({ to }) => {
      if (to === "ready") living += 1;
      if (to === "dead") living -= 1;
      most = Math.max(most, living);
    },
  });
  const [a, b, c, d] = await idle(scene, 2, 4);
  using first = new DisposableStack();
  for (const lease of await Promise.all([scene.acquire(c), scene.acquire(d)])) first.use(lease);
  assert.deepEqual(residents(scene, [a, b, c, d]), [false, false, true, true]);
  assert.deepEqual((await scene.pids()).toSorted(), pidsOf(scene, [c, d]));
  assert.equal(most, 2);
});

test("SessionManager.lease of one session at once from many sides has one winner", async () => {
  await using scene = await setScene();
  const [a] = await idle(scene, 0, 1);
  const all = await Promise.allSettled(Array.from({ length: 5 }, () => scene.acquire(a)));
  assert.equal(all.filter(({ status }) => status === "fulfilled").length, 1);
  assert.equal((await scene.pids()).length, 1);
});

test("SessionManager.hibernateIdle ends what was idle for long enough, and nothing leased", async () => {
  await using scene = await setScene({ maxSessions: 3 });
  const [a, b, c] = await idle(scene, 1, 3);
  scene.now += 1000;
  (await scene.acquire(b))[Symbol.dispose]();
  using _lease = await scene.acquire(c);
  scene.now += 999;
  assert.equal(await scene.manager.hibernateIdle(2000), 0);
  scene.now += 1;
  assert.equal(await scene.manager.hibernateIdle(2000), 1);
  assert.deepEqual(residents(scene, [a, b, c]), [false, true, true]);
  assert.equal(await scene.manager.hibernateIdle(0), 1);
  assert.deepEqual(await scene.pids(), pidsOf(scene, [c]));
});

/** Makes sessions, the first few of which get a process in their order and give it back. */
async function idle(scene: Scene, started: number, count: number): Promise<Ids> {
  const ids: Ids = ["", "", "", ""];
  for (let index = 0; index < count; index += 1) {
    const id = await scene.session(index + 1);
    ids[index] = id;
    if (index >= started) continue;
    scene.now += 1;
    (await scene.acquire(id))[Symbol.dispose]();
  }
  return ids;
}

type Ids = [string, string, string, string];

function residents({ manager }: Scene, ids: string[]): boolean[] {
  return ids.map((id) => manager.processOf(id) !== undefined);
}

function pidsOf({ manager }: Scene, ids: string[]): unknown[] {
  return ids.map((id) => manager.processOf(id)?.pid).toSorted();
}
