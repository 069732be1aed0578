import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Store } from "#runner/store/store.ts";
import { accepted, claimed, done, retryIn, story } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

/** Which session is next, when many could be. */
export function schedulingContract(newPlace: NewPlace, { runs }: { runs: number }): void {
  test("a repository with a hundred pull requests: another one's is next all the same", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    for (let number = 1; number <= 100; number += 1) await accepted(store, handOff(number));
    for (const _other of [1, 2, 3]) await claimed(store);
    const small = await accepted(store, handOff(1, { repository: "small" }));
    assert.equal((await claimed(store)).task.id, small);
  });

  test("a repository that had nothing to do for long: no more than its share afterwards", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    for (let number = 1; number <= 30; number += 1) await accepted(store, handOff(number));
    for (let number = 1; number <= 20; number += 1) await claimed(store);
    for (let number = 1; number <= 10; number += 1) {
      await accepted(store, handOff(number, { repository: "idle" }));
    }
    const turns = ["idle", "shop"];
    assert.deepEqual(await repositories(store, 8), [...turns, ...turns, ...turns, ...turns]);
  });

  test("any arrivals: no repository that has a task waits for more than two of each other", async () => {
    const arrival = fc.record({
      repository: fc.constantFrom("a", "b", "c", "d"),
      claims: fc.integer({ min: 0, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { maxLength: 40 }), async (arrivals) => {
        await using place = await newPlace();
        await using store = await place.open();
        const waiting = new Map<string, number>();
        const since = new Map<string, Map<string, number>>();
        const claim = async () => {
          const { repository } = (await claimed(store)).task.event;
          waiting.set(repository.name, (waiting.get(repository.name) ?? 0) - 1);
          since.set(repository.name, new Map());
          for (const [name, count] of waiting) {
            if (count === 0 || name === repository.name) continue;
            const others = since.get(name) ?? new Map<string, number>();
            const times = (others.get(repository.name) ?? 0) + 1;
            since.set(name, others.set(repository.name, times));
            assert.ok(times <= 2, `${name} waits for ${repository.name}`);
          }
        };
        const left = () => [...waiting.values()].reduce((sum, count) => sum + count, 0);
        for (const [number, { repository, claims }] of arrivals.entries()) {
          await accepted(store, handOff(number + 1, { repository }));
          if ((waiting.get(repository) ?? 0) === 0) since.set(repository, new Map());
          waiting.set(repository, (waiting.get(repository) ?? 0) + 1);
          for (let n = 0; n < claims && left() > 0; n += 1) await claim();
        }
        while (left() > 0) await claim();
        assert.equal(await store.claim(), undefined);
      }),
      { numRuns: runs },
    );
  });

  test("priorities: between sessions, and never within one", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const usual = await accepted(store, handOff(1, { kind: "close" }));
    const low = await accepted(store, handOff(2, { kind: "close" }), { priority: -1 });
    const high = await accepted(store, handOff(3), { priority: 5 });
    // What stands before it in its session is as urgent as what waits behind it.
    const first = await accepted(store, handOff(4, { kind: "close" }));
    const behind = await accepted(store, handOff(4, { kind: "close" }), { priority: 9 });
    const order = [];
    for (const _task of [1, 2, 3, 4, 5]) {
      const claim = await claimed(store);
      order.push(claim.task.id);
      await store.finish(claim, done);
    }
    assert.deepEqual(order, [first, behind, high, usual, low]);
  });

  test("a question of a higher priority: before what waits elsewhere", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    await accepted(store, handOff(1));
    const claim = await claimed(store);
    await store.finish(claim, done);
    await accepted(store, handOff(2));
    const question = { taskId: handOff().task_id, text: "Why?" };
    await store.ask(claim.task.session_id, question, { limit: 9, priority: 1 });
    assert.equal((await claimed(store)).task.id, question.taskId);
  });

  test("limits on running tasks: of a repository, of a forge, on all hosts together", async () => {
    await using place = await newPlace();
    const limits = { perRepository: 2, perForge: 3 };
    await using store = await place.open("one", limits);
    await using other = await place.open("other", limits);
    for (const number of [1, 2, 3]) await accepted(store, handOff(number));
    const claims = [await claimed(store), await claimed(other)];
    assert.equal(await store.claim(), undefined);
    await accepted(store, handOff(1, { repository: "small" }));
    await accepted(store, handOff(1, { repository: "smaller" }));
    claims.push(await claimed(other));
    assert.equal(await store.claim(), undefined);
    await accepted(store, handOff(1, { forge: "gitlab" }));
    assert.equal((await claimed(store)).task.event.forge, "gitlab");
    assert.equal(await other.claim(), undefined);
    await store.finish(claims[2] ?? assert.fail(), retryIn(60_000));
    assert.equal((await claimed(store)).task.event.repository.name, "smaller");
    assert.equal(await store.claim(), undefined);
  });

  test("many hosts that claim at once: no task twice, and no limit broken", async () => {
    await using place = await newPlace();
    const limits = { perRepository: 5, perForge: 0 };
    await using store = await place.open("one", limits);
    await using other = await place.open("other", limits);
    for (let number = 1; number <= 8; number += 1) {
      await accepted(store, handOff(number));
      await accepted(store, handOff(number, { repository: "other" }));
    }
    const attempts = Array.from({ length: 30 }, (_, n) => (n % 2 === 0 ? store : other).claim());
    const claims = (await Promise.all(attempts)).filter((claim) => claim !== undefined);
    assert.equal(new Set(claims.map(({ task }) => task.id)).size, 10);
    assert.equal(claims.length, 10);
    for (const { task } of claims) assert.equal((await story(store, task.id)).state, "running");
  });
}

async function repositories(store: Store, count: number): Promise<string[]> {
  const names: string[] = [];
  while (names.length < count) names.push((await claimed(store)).task.event.repository.name);
  return names;
}
