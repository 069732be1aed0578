import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../until.ts";
import { say } from "./drive.ts";
import { setScene } from "./scene.ts";

test("SessionManager.removeMoved removes what is left of sessions that another host has, and nothing else", async () => {
  await using scene = await setScene({ maxSessions: 4, spares: 1 });
  await scene.manager.open();
  await until(() => scene.manager.pids.length === 1);
  const [kept, moved] = [await scene.session(1), await scene.session(2)];
  // The first of them gets the workspace of the spare.
  for (const id of [moved, kept]) {
    using lease = await scene.acquire(id);
    await say(lease, "1");
  }
  await scene.manager.terminate(kept);
  await scene.manager.refill();
  await until(() => scene.manager.pids.length === 2);
  const before = await scene.workspaces();
  const { workspace } = await scene.record(moved);
  assert.notEqual(workspace, moved);
  assert.equal(before.length, 3);
  assert.equal(await scene.manager.removeMoved(), 0);

  await scene.store.releaseSession(moved);
  // Its process is still there.
  assert.equal(await scene.manager.removeMoved(), 0);
  const ending = scene.manager.terminate(moved);
  assert.equal(await scene.manager.removeMoved(), 1);
  await ending;
  assert.deepEqual(
    await scene.workspaces(),
    before.filter((name) => name !== workspace),
  );
  using lease = await scene.acquire(kept);
  assert.deepEqual([lease.start, (await say(lease, "2")).said], ["resumed", "1\n2"]);
});

test("SessionManager.lease of a session that comes back while its files are removed begins anew", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  {
    using lease = await scene.acquire(id);
    await say(lease, "1");
  }
  await scene.manager.terminate(id);
  await scene.store.releaseSession(id);
  const { store } = scene;
  const read = store.workspaces.bind(store);
  let looks = 0;
  let acquiring: ReturnType<typeof scene.acquire> | undefined;
  store.workspaces = async () => {
    const names = await read();
    looks += 1;
    if (looks < 2) return names;
    // It begins after the last look, and gets as far as it can before anything is removed.
    acquiring = scene.acquire(id);
    for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
    return names;
  };
  assert.equal(await scene.manager.removeMoved(), 1);
  assert(acquiring);
  using lease = await acquiring;
  assert.deepEqual([lease.start, (await say(lease, "2")).said], ["cold", "2"]);
  assert.deepEqual([(await scene.record(id)).workspace, await scene.workspaces()], [id, [id]]);
});
