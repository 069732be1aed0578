import assert from "node:assert/strict";
import { test } from "node:test";
import { ProcessPool } from "#runner/session/pool.ts";
import { Resident } from "#runner/session/resident.ts";
import { turnsOf } from "../turns.ts";

test("ProcessPool.makeRoom waits for a minute at most for a process that nothing ends", async ({
  mock,
}) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const pool = new ProcessPool({
    maxSessions: 1,
    now: () => 0,
    start: () => assert.fail("no spare is wanted"),
    remove: async () => {},
    onError: assert.ifError,
  });
  for (const id of ["stuck", "next"]) pool.add(id, endless());
  let hasRoom = false;
  const room = pool.makeRoom().then(() => {
    hasRoom = true;
  });
  mock.timers.tick(59_999);
  await turnsOf(5);
  assert.equal(hasRoom, false);
  mock.timers.tick(1);
  await room;
  assert.equal(pool.size, 1);
});

/** One whose process never comes to its end. */
function endless(): Resident {
  return new Resident({
    folder: Promise.resolve("folder"),
    open: () => new Promise(() => {}),
    isConfined: false,
    isTransient: false,
    usedAt: 0,
    onExit: async () => {},
  });
}
