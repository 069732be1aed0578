import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { parseExact } from "#edge/sweep/parse-exact.ts";
import type { Scene } from "./scene.ts";
import { setScene } from "./scene.ts";
import { stands } from "./stands.ts";
import { startSweepingEdge } from "./start-sweeping-edge.ts";

const minute = 60_000;

/** What came of a delivery: only the first two were missed. */
const outcomes = {
  failed: {},
  swallowed: { status: 200, answer: "<html>" },
  ours: { status: 202, answer: `{"task_id":"${randomUUID()}"}` },
  foreign: { event: "Push Hook" },
} as const;

const kind = fc.constantFrom("failed", "swallowed", "ours", "foreign");
const tried = (oldest: number) =>
  fc.record({ kind, ago: fc.integer({ min: 0, max: oldest }), again: fc.boolean() });
const batches = fc.tuple(
  fc.array(tried(11 * 60 * minute), { maxLength: 8 }),
  // A forge lists what it tries with some delay.
  fc.array(fc.array(tried(4 * minute), { maxLength: 4 }), { maxLength: 3 }),
);

test("whatever came in whatever order over however many pages, each that was missed is taken in once", async () => {
  const stand = stands.find(({ name }) => name === "a project of GitLab");
  assert(stand);
  const environment = { SWEEP_LIMIT: "3" };
  const queueLimit = 1_000_000;
  await fc.assert(
    fc.asyncProperty(batches, fc.integer({ min: 0, max: 45 }), async ([first, later], noise) => {
      await using scene = await setScene(stand, startSweepingEdge, { environment, queueLimit });
      for (let count = 0; count < noise; count += 1) {
        scene.tries({ event: "Push Hook", ago: count * 10 * minute });
      }
      const missed = new Set<string>();
      for (const batch of [first, ...later]) {
        for (const one of batch)
          if (tell(scene, one)) missed.add(String(scene.forge.tried.at(-1)?.id));
        await scene.edge.sweep();
      }
      const most = first.length + later.flat().length;
      for (let count = 0; count < most; count += 1) await scene.edge.sweep();
      const taken = (await scene.runner.store.tasks({ limit: 500 })).map(
        (task) => task.delivery_id,
      );
      assert.deepEqual(taken.toSorted(), [...missed].toSorted());
    }),
    { numRuns: 25 },
  );
});

/** Tells the forge's list of a delivery, and whether it was missed. */
function tell(
  { tries, forge }: Scene,
  one: { kind: keyof typeof outcomes; ago: number; again: boolean },
) {
  const first = tries({ ...outcomes[one.kind], ago: one.ago });
  if (one.again) forge.tried.push({ ...first, number: first.number + 1n });
  return one.kind === "failed" || one.kind === "swallowed";
}

test("parseExact reads what JSON.parse reads, and keeps every digit of a whole number", () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      fc.pre(!/\d{16}/.test(json));
      assert.deepEqual(parseExact(json), JSON.parse(json));
    }),
  );
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }), (id) => {
      assert.equal(String(Object(parseExact(`{"id":${id}}`)).id), String(id));
    }),
  );
});
