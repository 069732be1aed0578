import assert from "node:assert/strict";
import { test } from "node:test";
import type { SkippedDelivery } from "#shared/api.ts";
import type { NewPlace } from "../place.ts";

/** Why deliveries made no task. */
export function skippedContract(newPlace: NewPlace): void {
  test("skip: told last what was told last, to every host, by forge and after a restart", async () => {
    await using place = await newPlace();
    {
      await using store = await place.open("one");
      await store.skip(skipped("d"), { limit: 9 });
      place.now += 1000;
      // Not every database takes any text.
      const again = skipped("d", "why\u0000 \ud800 ' \u2028");
      await Promise.all([
        store.skip({ ...again, forge: "gitee" }, { limit: 9 }),
        store.skip(again, { limit: 9 }),
      ]);
    }
    await using other = await place.open("two");
    const at = new Date(place.now).toISOString();
    const told = { ignored: true, ...skipped("d", "why\u0000 \ud800 ' \u2028"), at };
    assert.deepEqual(await other.skippedDelivery("github:d"), told);
    assert.deepEqual(await other.skippedDelivery("gitee:d"), { ...told, forge: "gitee" });
    assert.equal(await other.skippedDelivery("gitlab:d"), undefined);
  });

  test("skip: the last ones are remembered, and what is told again is as good as new", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    for (const id of ["a", "b", "a", "c"]) await store.skip(skipped(id), { limit: 3 });
    const left = async () => {
      const rows = await place.alter("SELECT id FROM skipped ORDER BY seq");
      return rows.map(({ id }) => id);
    };
    assert.deepEqual(await left(), ["github:b", "github:a", "github:c"]);
    await store.skip(skipped("d"), { limit: 3 });
    assert.deepEqual(await left(), ["github:a", "github:c", "github:d"]);
  });

  test("skip: the same one at once, by two hosts", async () => {
    await using place = await newPlace();
    await using one = await place.open("one");
    await using two = await place.open("two");
    const stores = [one, two, one, two, one, two];
    await Promise.all(stores.map((store) => store.skip(skipped("d"), { limit: 3 })));
    assert.equal((await one.skippedDelivery("github:d"))?.code, "draft");
  });
}

function skipped(id: string, reason = "the pull request is a draft"): SkippedDelivery {
  return { delivery_id: id, forge: "github", code: "draft", reason };
}
