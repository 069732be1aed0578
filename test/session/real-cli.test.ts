import assert from "node:assert/strict";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { cliEnvironment, configFolder } from "#runner/claude/environment.ts";
import { SessionManager } from "#runner/session/manager.ts";
import { SharedTranscripts } from "#runner/session/shared-transcripts.ts";
import { Workspaces } from "#runner/session/workspaces.ts";
import { prepareStateDir } from "#runner/state-dir.ts";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import { claudeCli } from "../claude-cli.ts";
import { apiError } from "../messages-api/api-error.ts";
import { inOrder } from "../messages-api/in-order.ts";
import { type Responder, text } from "../messages-api/reply.ts";
import { startMessagesApi } from "../messages-api/start.ts";
import { accepted } from "../store/drive.ts";
import { tempFolder } from "../temp-folder.ts";
import { until } from "../until.ts";
import { acquire } from "./acquire.ts";
import { say } from "./drive.ts";

/** Two hosts with the real CLI that share conversations, and one session that their store knows. */
async function withSession(respond: Responder) {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await tempFolder());
  const api = stack.use(await startMessagesApi({ respond }));
  const store = stack.use(new SqliteStore({ folder: path, host: "test-host" }));
  const task = await store.task(await accepted(store));
  const id = task?.session_id ?? "";
  const host = async (hostId: string) => {
    // The CLI names transcripts by the real path of its folder.
    await mkdir(join(path, `${hostId}-real`));
    await symlink(join(path, `${hostId}-real`), join(path, hostId));
    const stateDir = await prepareStateDir(join(path, hostId));
    const workspaces = new Workspaces(stateDir);
    const localFolder = (cwd: string) => workspaces.transcripts(cwd);
    const folder = join(path, "shared");
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
      transcripts: await SharedTranscripts.open({ folder, hostId, localFolder }),
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
    const projects = join(configFolder(stateDir), "projects");
    const transcripts = async () => await readdir(projects).catch(() => []);
    return { manager, transcripts };
  };
  const first = await host("first");
  const other = await host("other");
  const resources = stack.move();
  const dispose = () => resources.disposeAsync();
  return { api, store, id, ...first, other: other.manager, [Symbol.asyncDispose]: dispose };
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

test("the real CLI: a turn costs what it alone did in a process that resumed, however the one before ended", async () => {
  let isRefused = false;
  await using scene = await withSession(() => (isRefused ? apiError(400) : text("the answer")));
  const { manager, other, store, id } = scene;
  const costs: number[] = [];
  const ask = async (host: SessionManager) => {
    using lease = await acquire(host, id);
    costs.push((await say(lease, "the question")).costUsd);
  };
  for (const end of ["refused", "SIGKILL", "peace"]) {
    for (const _ of [1, 2]) await ask(manager);
    const { conversation = null } = (await store.session(id)) ?? {};
    isRefused = end === "refused";
    if (isRefused) await ask(manager);
    isRefused = false;
    if (end === "SIGKILL") process.kill(manager.processOf(id)?.pid ?? 0, end);
    else await manager.terminate(id);
    await until(() => manager.processOf(id) === undefined);
    // A host that was killed hears of no end: its processes end by themselves, as their input does.
    if (end === "refused") await store.setConversation(id, conversation);
  }
  await ask(other);
  // A request that is refused costs nothing. Of the others only the first fills the cache: counted
  // from a wrong total, one costs nothing, or all.
  const [first = 0, second, refused, ...later] = costs;
  assert.equal(refused, 0);
  for (const cost of [second, ...later]) assert(cost && cost < first, `${cost} of ${costs}`);
});
