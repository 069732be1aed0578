import assert from "node:assert/strict";
import { test } from "node:test";
import type { Claim, Store } from "#runner/store/store.ts";
import { isTerminalType } from "#shared/journal.ts";
import { isTerminal } from "#shared/task.ts";
import { accepted, done, said, story } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

const numbers = [1, 2, 3, 4, 5, 6];

/** What happens at the same moment, on many hosts. */
export function raceContract(newPlace: NewPlace): void {
  test("claims, deliveries that supersede, cancellations and ends: each task has one story", async () => {
    await using place = await newPlace();
    await using one = await place.open("one");
    await using other = await place.open("other");
    const stores = [one, other];
    const ids: string[] = [];
    let claims: Claim[] = [];
    for (let round = 0; round < 8; round += 1) {
      const works = numbers.map((number) => handOff(number));
      const cancelled = ids.at(-1);
      const [, , ...claimed] = await Promise.all([
        Promise.all(works.map((work, index) => accepted(at(stores, index), work))),
        cancelled === undefined ? undefined : other.cancel(cancelled, "asked"),
        ...numbers.map((number) => at(stores, number + round).claim()),
        ...claims.map((claim, index) => end(at(stores, index), claim)),
      ]);
      ids.push(...works.map(({ task_id }) => task_id));
      claims = claimed.filter((claim) => claim !== undefined);
      await check(one, ids, claims);
    }
    place.now += 1_000_000;
    for (const claim of claims) await one.finish(claim, done);
    for (let claim = await one.claim(); claim !== undefined; claim = await one.claim()) {
      await one.finish(claim, done);
    }
    await check(one, ids, []);
    assert.deepEqual(Object.values(await one.stats()).slice(0, 2), [0, 0]);
  });

  test("one delivery many times at once: one task, and the others are duplicates", async () => {
    await using place = await newPlace();
    await using one = await place.open("one");
    await using other = await place.open("other");
    const work = handOff();
    const admissions = await Promise.all(
      Array.from({ length: 12 }, (_, index) => {
        const copy = { ...work, task_id: handOff().task_id };
        return at([one, other], index).enqueue(copy, { limit: 99 });
      }),
    );
    assert.equal(admissions.filter(({ outcome }) => outcome === "accepted").length, 1);
    assert.equal(admissions.filter(({ outcome }) => outcome === "duplicate").length, 11);
    assert.equal((await one.tasks({ limit: 99 })).length, 1);
  });
}

function at(stores: readonly Store[], index: number): Store {
  return stores[index % stores.length] ?? assert.fail();
}

/** Journals and ends at once, in any order. */
async function end(store: Store, claim: Claim): Promise<undefined> {
  await Promise.all([
    store.append(claim, [said("a"), said("b")]),
    store.finish(claim, done),
    store.append(claim, [said("c")]),
  ]);
}

/** Checks that states fit journals, and that those run that are claimed, one for each session. */
async function check(store: Store, ids: readonly string[], claims: readonly Claim[]) {
  const sessions = claims.map(({ task }) => task.session_id);
  assert.equal(new Set(sessions).size, sessions.length);
  const running = new Set(claims.map(({ task }) => task.id));
  for (const id of ids) {
    const { state, types } = await story(store, id);
    assert.ok(state !== undefined);
    const last = isTerminal(state) ? types.length - 1 : -1;
    assert.equal(types.findIndex(isTerminalType), last, `${state}: ${types}`);
    if (last >= 0) assert.equal(types.at(-1), `task.${state}`);
    assert.equal(state === "running", running.has(id), `${state}: ${types}`);
  }
}
