import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { noSpending, type Start, type Tokens } from "#shared/task.ts";
import { never } from "../claude/start-scripted.ts";
import { until } from "../until.ts";
import { say, sayAndDie } from "./drive.ts";
import { type Scene, setScene } from "./scene.ts";

test("Lease.turn costs what the conversation's total rose by, also over leases and processes", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  const costs: number[] = [];
  // The CLI saves its total when it ends by itself and counts on from there, also after it was killed.
  for (const process of [
    { totals: ["1", "1.5"], end: "peace", saved: 1.5 },
    { totals: ["2.5", "4"], end: "SIGKILL", saved: 1.5 },
    { totals: ["1.75", "1.75", "3"], end: "peace", saved: 3 },
    { totals: ["4", "4.5 refused"], end: "peace", saved: 4.5 },
    { totals: ["5"], end: "peace", saved: 5 },
  ]) {
    for (const total of process.totals) {
      using lease = await scene.acquire(id);
      costs.push((await say(lease, total)).costUsd);
    }
    await (process.end === "peace" ? scene.manager.terminate(id) : kill(scene, id));
    assert.equal((await scene.record(id)).conversation?.costUsd, process.saved);
  }
  assert.deepEqual(costs, [1, 0.5, 1, 1.5, 0.25, 0, 1.25, 1, 0.5, 0.5]);
});

test("Lease.turn costs what it alone did in a session that was leased while its process ended", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  {
    using lease = await scene.acquire(id);
    await say(lease, "3");
  }
  const ending = scene.manager.terminate(id);
  using lease = await scene.acquire(id);
  assert.deepEqual([lease.start, (await say(lease, "4")).costUsd], ["resumed", 1]);
  await ending;
});

test("Lease.turn costs once what it cost when its process ended with it", async () => {
  await using scene = await setScene({ patience: 100 });
  const id = await scene.session(1);
  {
    using lease = await scene.acquire(id);
    const abort = new AbortController();
    // It does not obey the interrupt, and has its answer when its input ends.
    const onEvent = () => abort.abort();
    const message = { uuid: "stopped", text: "3 late" };
    const end = await lease.turn(message, { signal: abort.signal, onEvent });
    assert.deepEqual([end.kind, end.costUsd], ["stopped", 3]);
  }
  using lease = await scene.acquire(id);
  assert.deepEqual([lease.start, (await say(lease, "4")).costUsd], ["resumed", 1]);
});

test("Lease.turn never costs less than nothing", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  using lease = await scene.acquire(id);
  const costs: number[] = [];
  for (const total of ["3", "0.5", "2"]) costs.push((await say(lease, total)).costUsd);
  assert.deepEqual(costs, [3, 0, 1.5]);
});

test("Lease.turn costs nothing for a message that was answered before", async () => {
  await using scene = await setScene({ behaviour: "answered-before" });
  const id = await scene.session(1);
  using lease = await scene.acquire(id);
  const follow = { signal: never, onEvent: () => {} };
  const end = await lease.turn({ uuid: "known", text: "again" }, follow);
  assert.deepEqual(end, { kind: "answered_before", costUsd: 0 });
});

test("Lease.turn keeps the conversation through a turn in which the process dies", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  const lease = await scene.acquire(id);
  await say(lease, "2");
  const before = (await scene.record(id)).conversation;
  await sayAndDie(lease);
  assert.deepEqual((await scene.record(id)).conversation, before);
  lease[Symbol.dispose]();
  using next = await scene.acquire(id);
  assert.deepEqual(await say(next, "3"), { said: "2\ndie\n3", costUsd: 3 });
});

test("Lease.turn that is interrupted hears what its last request took", async () => {
  const took = noSpending;
  await using scene = await setScene({
    // The model's API is hung up on, which is seen when the CLI has told of the end of the turn.
    idle: async (meter) => {
      await setImmediate();
      meter()?.spend("model", took);
    },
  });
  using lease = await scene.acquire(await scene.session(1));
  const abort = new AbortController();
  const spent: Tokens[] = [];
  const meter = {
    refuse: () => undefined,
    spend: (_: string, tokens: Tokens) => spent.push(tokens),
  };
  const onEvent = () => abort.abort();
  const message = { uuid: "stopped", text: "hang" };
  const end = await lease.turn(message, { signal: abort.signal, onEvent, meter });
  assert.deepEqual([end.kind, spent], ["stopped", [took]]);
});

test("Lease.ready gives up the wait when its signal aborts, and the process becomes an idle one", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  const abort = new AbortController();
  const reason = new Error("not any more");
  // Its process has not said anything by then, however slow the machine.
  const onStarting = () => abort.abort(reason);
  await assert.rejects(scene.acquire(id, { signal: abort.signal, onStarting }), reason);
  assert.equal(scene.manager.processOf(id)?.state, "starting");
  await until(() => scene.manager.processOf(id)?.state === "ready");
  assert.equal((await scene.record(id)).conversation, null);
  using lease = await scene.acquire(id);
  assert.deepEqual([lease.start, await scene.pids()], ["warm", [lease.pid]]);
});

test("SessionManager.lease takes the process that an earlier lease was too impatient to wait for", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  const reason = new Error("not any more");
  const starts: Start[] = [];
  const onStarting = (start: Start) => starts.push(start);
  const signal = AbortSignal.abort(reason);
  await assert.rejects(scene.acquire(id, { signal, onStarting }), reason);
  using lease = await scene.acquire(id, { onStarting });
  assert.deepEqual([...starts, lease.start], ["cold", "cold"]);
  assert.deepEqual(await scene.pids(), [lease.pid]);
});

test("Lease.say sends a message into the turn that runs, and refuses one when none does", async () => {
  const busy: PromiseWithResolvers<void>[] = [];
  await using scene = await setScene({
    onState: ({ to }) => to === "busy" && busy.shift()?.resolve(),
  });
  const id = await scene.session(1);
  const message = { uuid: "b", text: "2" };
  await assert.rejects(scene.manager.say(id, message), { code: "conflict" });
  using lease = await scene.acquire(id);
  await assert.rejects(scene.manager.say(id, message), { code: "conflict" });
  await say(lease, "1");
  const begun = Promise.withResolvers<void>();
  busy.push(begun);
  const turn = lease.turn({ uuid: "a", text: "1" }, { signal: never, onEvent: () => {} });
  await begun.promise;
  await scene.manager.say(id, message);
  const end = await turn;
  // The turn goes on to the end of both.
  assert(end.kind === "result");
  assert.deepEqual([end.result.result, end.costUsd], ["1\n1\n2", 1]);
  await assert.rejects(scene.manager.say(id, message), { code: "conflict" });
});

test("Lease can be given back twice, and only the first time counts", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  const lease = await scene.acquire(id);
  lease[Symbol.dispose]();
  using _next = await scene.acquire(id);
  lease[Symbol.dispose]();
  await assert.rejects(scene.acquire(id), { code: "conflict" });
});

/** Kills the idle process of a session, and waits until the manager knows. */
async function kill({ manager }: Scene, id: string): Promise<void> {
  process.kill(manager.processOf(id)?.pid ?? 0, "SIGKILL");
  await until(() => manager.processOf(id) === undefined);
}
