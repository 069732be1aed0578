import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { configFolder } from "#runner/claude/environment.ts";
import { until } from "../until.ts";
import { say } from "./drive.ts";
import { setScene } from "./scene.ts";

test("SessionManager replaces a process that grew too large, but only between two tasks", async () => {
  let bytes = 100;
  const asked: number[] = [];
  await using scene = await setScene({
    memoryLimit: 100,
    memoryOf: async (pid) => {
      asked.push(pid);
      return bytes;
    },
  });
  const id = await scene.session(1);
  const pids: number[] = [];
  for (const size of [100, 101]) {
    using lease = await scene.acquire(id);
    pids.push(lease.pid);
    await say(lease, "1");
    bytes = size;
    assert.deepEqual(await scene.pids(), [lease.pid]);
    lease[Symbol.dispose]();
    // The first time it is just small enough.
    await until(() => asked.length === pids.length);
    await scene.pids();
    assert.equal(scene.manager.processOf(id)?.pid, size > 100 ? undefined : lease.pid);
  }
  assert.deepEqual(asked, pids);
  using lease = await scene.acquire(id);
  assert.deepEqual([lease.start, (await say(lease, "2")).said], ["resumed", "1\n1\n2"]);
});

test("SessionManager does not end a large process that was leased again before its size was known", async () => {
  const measured = Promise.withResolvers<number>();
  await using scene = await setScene({ memoryLimit: 1, memoryOf: () => measured.promise });
  const id = await scene.session(1);
  const { pid } = await scene.acquire(id).then((lease) => {
    lease[Symbol.dispose]();
    return lease;
  });
  using lease = await scene.acquire(id);
  measured.resolve(2);
  assert.equal((await say(lease, "1")).said, "1");
  assert.deepEqual([lease.start, lease.pid, await scene.pids()], ["warm", pid, [pid]]);
  assert.equal(scene.manager.processOf(id)?.pid, pid);
});

test("SessionManager.discard leaves nothing of a session, and the next lease begins anew", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  {
    using lease = await scene.acquire(id);
    await say(lease, "1");
    await assert.rejects(scene.manager.discard(id), { code: "conflict" });
  }
  assert.deepEqual(await scene.workspaces(), [id]);
  await scene.manager.discard(id);
  assert.deepEqual([await scene.pids(), await scene.workspaces()], [[], []]);
  assert.partialDeepStrictEqual(await scene.record(id), { conversation: null, workspace: null });
  await scene.manager.discard(id);
  using lease = await scene.acquire(id);
  assert.deepEqual([lease.start, (await say(lease, "2")).said], ["cold", "2"]);
});

test("SessionManager.discard waits for a process that was told to end, which brings nothing back", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  {
    using lease = await scene.acquire(id);
    await say(lease, "1");
  }
  const ending = scene.manager.terminate(id);
  await scene.manager.discard(id);
  assert.deepEqual([await scene.pids(), await scene.workspaces()], [[], []]);
  await ending;
  assert.partialDeepStrictEqual(await scene.record(id), { conversation: null, workspace: null });
});

test("SessionManager.lease of a session that is being discarded begins anew", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  {
    using lease = await scene.acquire(id);
    await say(lease, "1");
  }
  const discarding = scene.manager.discard(id);
  await until(() => scene.manager.processOf(id) === undefined);
  using lease = await scene.acquire(id);
  await discarding;
  assert.deepEqual([lease.start, (await say(lease, "2")).said], ["cold", "2"]);
  assert.deepEqual([(await scene.record(id)).workspace, await scene.workspaces()], [id, [id]]);
});

test("SessionManager.expire discards sessions without a task for so long, and no others", async () => {
  await using scene = await setScene({ maxSessions: 4 });
  const [a, b, c] = [await scene.session(1), await scene.session(2), await scene.session(3)];
  for (const id of [a, b, c]) (await scene.acquire(id))[Symbol.dispose]();
  await scene.manager.terminate(b);
  await scene.finishTasks();
  const live = await scene.session(4);
  (await scene.acquire(live))[Symbol.dispose]();
  scene.now += 1000;
  assert.equal(await scene.manager.expire(1000), 0);
  scene.now += 1;
  using lease = await scene.acquire(c);
  assert.equal(await scene.manager.expire(1000), 2);
  assert.deepEqual(await scene.workspaces(), [c, live].sort());
  assert.equal((await scene.pids()).length, 2);
  assert.equal((await scene.record(a)).workspace, null);
  assert.equal((await say(lease, "1")).said, "1");
});

test("SessionManager.expire goes on with the other sessions where one can't be removed, and tells why", async () => {
  await using scene = await setScene({ maxSessions: 3 });
  const ids = [await scene.session(1), await scene.session(2), await scene.session(3)];
  for (const id of ids) await scene.store.setWorkspace(id, id);
  await mkdir(join(scene.folder, "workspaces"));
  await scene.finishTasks();
  const [broken = "", ...others] = ids;
  await scene.store.setWorkspace(broken, tooLong);
  scene.now += 1001;
  assert.equal(await scene.manager.expire(1000), 2);
  for (const id of others) assert.equal((await scene.record(id)).workspace, null);
  assertTooLong(scene.errors);
});

test("SessionManager.open goes on where a folder that nobody has can't be removed, and tells why", async () => {
  await using scene = await setScene();
  // The CLI names its own folder for each by the whole path.
  await mkdir(join(configFolder(scene.folder), "projects"), { recursive: true });
  for (const name of ["a", tooLong.slice(0, 250), "z"]) {
    await mkdir(join(scene.folder, "workspaces", name), { recursive: true });
  }
  await scene.manager.open();
  assert.deepEqual(await scene.workspaces(), []);
  assertTooLong(scene.errors);
});

/** No file system has such a name. */
const tooLong = "x".repeat(300);

function assertTooLong([error, ...others]: readonly unknown[]): void {
  assert(error instanceof Error && "code" in error);
  assert.deepEqual([error.code, others], ["ENAMETOOLONG", []]);
}
