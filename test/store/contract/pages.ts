import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "#runner/store/store.ts";
import { accepted, claimed, done, retryIn } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

/** What the store remembers of pages that have to be told how a task ended. */
export function pagesContract(newPlace: NewPlace): void {
  test("a page that is owed: told of when its task has ended, until it is settled", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    const claim = await claimed(store);
    assert.deepEqual(await store.takeOwedPages(9, 0), []);
    assert.equal(await store.owePage(claim), true);
    assert.deepEqual(await store.takeOwedPages(9, 0), []);
    await store.finish(claim, done);
    const ids = async () => (await store.takeOwedPages(9, 0)).map((task) => [task.id, task.state]);
    assert.deepEqual(await ids(), [[id, "succeeded"]]);
    await store.settlePage(id);
    assert.deepEqual(await ids(), []);
  });

  test("a page that one host tells or puts off: no other gets it for that time", async () => {
    await using place = await newPlace();
    await using store = await place.open("one");
    await using other = await place.open("other");
    const ids = [];
    for (const work of [handOff(), handOff(2)]) {
      ids.push(await accepted(store, work));
      const claim = await claimed(store);
      await store.owePage(claim);
      await store.finish(claim, done);
    }
    const taken = async (by: Store) => (await by.takeOwedPages(1, 1000)).map(({ id }) => id);
    assert.deepEqual(await taken(store), [ids[0]]);
    assert.deepEqual(await taken(other), [ids[1]]);
    assert.deepEqual(await taken(other), []);
    await store.postponePage(ids[0] ?? "", 5000);
    place.now += 1000;
    assert.deepEqual(await taken(store), [ids[1]]);
    place.now += 4000;
    assert.deepEqual(await taken(other), [ids[0]]);
  });

  test("a task that ends in the queue, after an attempt: its page is owed still", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    const claim = await claimed(store);
    await store.owePage(claim);
    await store.finish(claim, retryIn(60_000));
    assert.deepEqual(await store.takeOwedPages(9, 0), []);
    await accepted(store, handOff());
    const [task] = await store.takeOwedPages(9, 0);
    assert.deepEqual([task?.id, task?.state], [id, "superseded"]);
  });

  test("a claim that is not current any more: owes nothing, and nothing is written for it", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    await accepted(store);
    const claim = await claimed(store);
    assert.equal(await store.append(claim, []), true);
    await store.finish(claim, retryIn(0));
    assert.equal(await store.owePage(claim), false);
    assert.equal(await store.append(claim, []), false);
    const again = await claimed(store);
    assert.equal(await store.append(claim, []), false);
    await store.finish(again, done);
    assert.deepEqual(await store.takeOwedPages(9, 0), []);
  });

  test("reopened: what is owed still is", async () => {
    await using place = await newPlace();
    {
      await using store = await place.open();
      await accepted(store);
      const claim = await claimed(store);
      await store.owePage(claim);
      await store.finish(claim, done);
    }
    await using store = await place.open();
    assert.equal((await store.takeOwedPages(9, 0)).length, 1);
  });
}
