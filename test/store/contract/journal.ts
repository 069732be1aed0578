import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { v7 } from "uuid";
import { accepted, claimed, done, said, story } from "../drive.ts";
import type { NewPlace } from "../place.ts";

/** Writing and reading the journal of a task. */
export function journalContract(newPlace: NewPlace): void {
  test("appended events: behind the others, in their order", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    const claim = await claimed(store);
    assert.equal(await store.append(claim, [said("a"), said("b")]), true);
    assert.equal(await store.append(claim, []), true);
    assert.equal(await store.append(claim, [said("c")]), true);
    const journal = await store.journal(id, 2, 10);
    assert.deepEqual(
      journal.map(({ seq, data }) => [seq, data]),
      [
        [3, { text: "a" }],
        [4, { text: "b" }],
        [5, { text: "c" }],
      ],
    );
  });

  test("appends and an end all at once: no gap, no double, nothing behind the end", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    const claim = await claimed(store);
    const writes = Array.from({ length: 40 }, (_, index) =>
      index === 25 ? store.finish(claim, done) : store.append(claim, [said(`${index}`), said("")]),
    );
    const held = await Promise.all(writes);
    const { state, types } = await story(store, id);
    assert.equal(state, "succeeded");
    assert.equal(types.length, 2 + 2 * (held.filter(Boolean).length - 1) + 1);
    assert.equal(types.indexOf("task.succeeded"), types.length - 1);
  });

  test("journals of different tasks: each is numbered by itself", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const first = await accepted(store);
    await store.append(await claimed(store), [said("a")]);
    const second = await accepted(store);
    assert.equal((await story(store, first)).types.length, 3);
    assert.equal((await story(store, second)).types.length, 1);
  });

  test("reading in pages of any size: the whole, once", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    const claim = await claimed(store);
    await store.append(
      claim,
      Array.from({ length: 23 }, (_, index) => said(`${index}`)),
    );
    const whole = await store.journal(id, 0, 1000);
    assert.equal(whole.length, 25);
    for (const limit of [1, 7, 24, 25, 26]) {
      const read: typeof whole = [];
      for (;;) {
        const page = await store.journal(id, read.at(-1)?.seq ?? 0, limit);
        assert.ok(page.length <= limit);
        if (page.length === 0) break;
        read.push(...page);
      }
      assert.deepEqual(read, whole);
    }
    assert.deepEqual(await store.journal(id, 25, 10), []);
    assert.deepEqual(await store.journal(id, 9999, 10), []);
  });

  test("any text: comes back as it was", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const id = await accepted(store);
    const claim = await claimed(store);
    let last = 2;
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
        await store.append(claim, [said(text)]);
        const [entry] = await store.journal(id, last, 1);
        last += 1;
        assert.deepEqual(entry?.data, { text });
      }),
      { numRuns: 50, examples: [["\ud800"], ["a\0b"], ['"\\\u2028']] },
    );
  });

  test("an unknown task: an empty journal", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    assert.deepEqual(await store.journal(v7(), 0, 10), []);
  });
}
