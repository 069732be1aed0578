import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../until.ts";
import { say, sayAndDie } from "./drive.ts";
import { setScene } from "./scene.ts";

test("Lease.turn costs what the conversation's total rose by, also over leases and processes", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  const costs: number[] = [];
  for (const total of ["1", "1.5", "1.5", "4"]) {
    using lease = await scene.acquire(id);
    costs.push((await say(lease, total)).costUsd);
    assert.equal((await scene.conversation(id))?.costUsd, Number(total));
    if (total !== "1.5") continue;
    process.kill(lease.pid, "SIGKILL");
    await until(() => scene.manager.processOf(id) === undefined);
  }
  assert.deepEqual(costs, [1, 0.5, 0, 2.5]);
});

test("Lease.turn costs the total itself when that fell: it was counted from 0 again", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  using lease = await scene.acquire(id);
  const costs: number[] = [];
  for (const total of ["3", "0.5", "2"]) costs.push((await say(lease, total)).costUsd);
  assert.deepEqual(costs, [3, 0.5, 1.5]);
});

test("Lease.turn costs nothing for a message that was answered before", async () => {
  await using scene = await setScene({ behaviour: "answered-before" });
  const id = await scene.session(1);
  using lease = await scene.acquire(id);
  const follow = { signal: AbortSignal.timeout(20_000), onEvent: () => {} };
  const end = await lease.turn({ uuid: "known", text: "again" }, follow);
  assert.deepEqual(end, { kind: "answered_before", costUsd: 0 });
});

test("Lease.turn keeps the conversation through a turn in which the process dies", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  const lease = await scene.acquire(id);
  await say(lease, "2");
  const before = await scene.conversation(id);
  await sayAndDie(lease);
  assert.deepEqual(await scene.conversation(id), before);
  lease[Symbol.dispose]();
  using next = await scene.acquire(id);
  assert.equal((await say(next, "3")).costUsd, 1);
});
