import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { Membership } from "#runner/membership.ts";
import type { Store } from "#runner/store/store.ts";
import { CicdError } from "#shared/error.ts";
import { idle } from "./store/drive.ts";
import { turnsOf } from "./turns.ts";

const leaseTime = 4000;
const interval = 800;
const away = new CicdError("store_unavailable", "Away");
const forever = () => new Promise<never>(() => {});

/** A host of a shared store, over timers that pass when they are told to. */
function setScene(t: TestContext, endOutdated = async () => {}) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let clock = 0;
  const scene = {
    heartbeat: async (): ReturnType<Store["heartbeat"]> => ({ lost: [], interruptions: [] }),
    beats: 0,
    /** When no claim could be relied on any more, in milliseconds from the start. */
    unheardAt: [] as number[],
    get clock() {
      return clock;
    },
    pass: async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 100) {
        clock += 100;
        t.mock.timers.tick(100);
        await turnsOf(5);
      }
    },
  };
  const membership = new Membership({
    store: {
      heartbeat: () => {
        scene.beats += 1;
        return scene.heartbeat();
      },
      heldSessions: async () => [],
      reap: async () => [],
      drain: async () => {},
      leave: async () => {},
    },
    ...{ leaseTime, interval, isShared: true, load: () => idle, now: () => clock },
    ...{ onLost: () => {}, onReaped: () => {}, onError: () => {}, endOutdated },
    onUnheard: () => scene.unheardAt.push(clock),
  });
  membership.start();
  return scene;
}

suite("Membership", () => {
  for (const [how, heartbeat] of [
    ["refuses at once", () => Promise.reject(away)],
    ["is silent", forever],
  ] as const) {
    test(`a store that ${how}: no claim is relied on once a lease has run out`, async (t) => {
      const scene = setScene(t);
      await scene.pass(10 * interval);
      assert.deepEqual(scene.unheardAt, []);
      scene.heartbeat = heartbeat;
      const heardAt = scene.clock;
      await scene.pass(leaseTime - 100);
      assert.deepEqual(scene.unheardAt, []);
      await scene.pass(100);
      assert.deepEqual(scene.unheardAt, [heardAt + leaseTime]);
      await scene.pass(leaseTime);
      assert.equal(scene.unheardAt.length, 2);
    });
  }

  test("a process of a session that has moved, and will not end: leases are renewed meanwhile", async (t) => {
    const scene = setScene(t, forever);
    await scene.pass(10 * interval);
    assert.deepEqual([scene.beats, scene.unheardAt], [11, []]);
  });
});
