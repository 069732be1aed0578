import assert from "node:assert/strict";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { cliEnvironment, configFolder } from "#runner/claude/environment.ts";
import { SessionManager } from "#runner/session/manager.ts";
import { Workspaces } from "#runner/session/workspaces.ts";
import { prepareStateDir } from "#runner/state-dir.ts";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import { claudeCli } from "../claude-cli.ts";
import { inOrder } from "../messages-api/in-order.ts";
import { type Responder, text } from "../messages-api/reply.ts";
import { startMessagesApi } from "../messages-api/start.ts";
import { accepted } from "../store/drive.ts";
import { tempFolder } from "../temp-folder.ts";
import { until } from "../until.ts";
import { acquire } from "./acquire.ts";
import { say } from "./drive.ts";

/** A session manager with the real CLI, and one session that the store knows. */
async function withSession(respond: Responder) {
  const stack = new AsyncDisposableStack();
  const { path } = stack.use(await tempFolder());
  const api = stack.use(await startMessagesApi({ respond }));
  // The CLI names transcripts by the real path of its folder.
  await mkdir(join(path, "real"));
  await symlink(join(path, "real"), join(path, "link"));
  const stateDir = await prepareStateDir(join(path, "link"));
  const store = stack.use(new SqliteStore({ folder: stateDir, host: "test-host" }));
  const workspaces = new Workspaces(stateDir);
  const environment = cliEnvironment({
    host: process.env,
    passOn: [],
    stateDir,
    apiKey: "key",
    baseUrl: api.url,
  });
  const manager = new SessionManager({
    store,
    workspaces,
    maxSessions: 2,
    spares: 1,
    cli: {
      executable: claudeCli,
      connect: () => ({ environment, [Symbol.dispose]: () => {} }),
      instructions: "Review.",
      model: "sonnet",
      maxTurns: 3,
      startupTimeout: 30_000,
      silenceTimeout: 60_000,
      patience: 5000,
    },
  });
  stack.defer(() => manager.stop());
  const task = await store.task(await accepted(store));
  const id = task?.session_id ?? "";
  const projects = join(configFolder(stateDir), "projects");
  const transcripts = async () => await readdir(projects).catch(() => []);
  const dispose = () => stack.disposeAsync();
  return { api, store, manager, id, transcripts, [Symbol.asyncDispose]: dispose };
}

test("the real CLI: the conversation of a claimed spare outlives its process, until it is discarded", async () => {
  await using scene = await withSession(inOrder(text("first"), text("second")));
  const { api, manager, id } = scene;
  await manager.open();
  await until(() => manager.pids.length === 1);
  {
    using lease = await acquire(manager, id);
    assert.equal(lease.start, "spare");
    assert.equal((await say(lease, "the question")).said, "first");
    process.kill(lease.pid, "SIGKILL");
  }
  await until(() => manager.processOf(id) === undefined);
  {
    using lease = await acquire(manager, id);
    assert.deepEqual([lease.start, lease.isNew], ["resumed", false]);
    assert.equal((await say(lease, "and more")).said, "second");
  }
  const said = JSON.stringify(api.requests[1]?.body.messages);
  for (const part of ["the question", "first", "and more"]) assert(said.includes(part), part);
  assert.equal((await scene.transcripts()).length, 1);
  await manager.discard(id);
  assert.deepEqual(await scene.transcripts(), []);
});

test("the real CLI: a turn costs what it alone did in a process that resumed, also after one that was killed", async () => {
  await using scene = await withSession(() => text("the answer"));
  const { manager, id } = scene;
  const costs: number[] = [];
  for (const end of ["peace", "SIGKILL", "peace"]) {
    for (const _ of [1, 2]) {
      using lease = await acquire(manager, id);
      costs.push((await say(lease, "the question")).costUsd);
    }
    if (end === "peace") await manager.terminate(id);
    else process.kill(manager.processOf(id)?.pid ?? 0, end);
    await until(() => manager.processOf(id) === undefined);
  }
  // Only the first turn fills the cache; counted from a wrong total, one costs nothing, or all.
  const [first = 0, ...later] = costs;
  for (const cost of later) assert(cost > 0 && cost < first, `${cost} of ${costs}`);
});
