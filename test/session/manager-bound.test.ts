import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../until.ts";
import { say } from "./drive.ts";
import { type Scene, type SceneOptions, setScene } from "./scene.ts";

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

test("SessionManager starts no process in the room of one that has not ended yet, whoever ended that", async () => {
  const living = countLiving();
  const { onState } = living;
  // Such a process ends by a signal only: what does not wait for its end is there long before it.
  await using scene = await setScene({ maxSessions: 2, patience: 300, onState });
  scene.behave("stubborn", "stubborn", "remembers");
  const [a, b, c, d] = await idle(scene, 2, 4);
  using first = new DisposableStack();
  for (const lease of await Promise.all([scene.acquire(c), scene.acquire(d)])) first.use(lease);
  assert.deepEqual(residents(scene, [a, b, c, d]), [false, false, true, true]);
  assert.deepEqual((await scene.pids()).toSorted(), pidsOf(scene, [c, d]));
  assert.equal(living.most, 2);
});

test("SessionManager starts a process as soon as there is room for it, whoever else still ends", async () => {
  await using scene = await setScene({ maxSessions: 2, patience: 300 });
  scene.behave("stubborn", "remembers");
  const [a, b, c] = await idle(scene, 2, 3);
  let isGone = false;
  const ended = scene.manager.terminate(a).then(() => {
    isGone = true;
  });
  const other = scene.manager.terminate(b);
  using _lease = await scene.acquire(c);
  assert.equal(isGone, false);
  await Promise.all([ended, other]);
});

test("SessionManager starts no spare in the room of a process that has not ended yet", async () => {
  const living = countLiving();
  const { onState } = living;
  await using scene = await setScene({ maxSessions: 2, spares: 1, patience: 300, onState });
  scene.behave("stubborn", "stubborn", "remembers");
  const [a, b] = await idle(scene, 2, 2);
  const ended = Promise.all([scene.manager.terminate(a), scene.manager.terminate(b)]);
  await scene.manager.refill();
  await ended;
  await until(() => scene.manager.pids.length === 1);
  assert.equal(living.most, 2);
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

/** Counts the processes that live; tells how many there were at most. */
function countLiving(): Required<Pick<SceneOptions, "onState">> & { readonly most: number } {
  let living = 0;
  let most = 0;
  return {
    onState: ({ to }) => {
      if (to === "ready") living += 1;
      if (to === "dead") living -= 1;
      most = Math.max(most, living);
    },
    get most() {
      return most;
    },
  };
}

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
