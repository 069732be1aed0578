import assert from "node:assert/strict";
import { test } from "node:test";
import { PageEndings } from "#runner/publish/page-endings.ts";
import type { Publisher } from "#runner/publish/publisher.ts";
import { untrustedText } from "#runner/publish/untrusted-text.ts";
import { CicdError } from "#shared/error.ts";
import { accepted, claimed, trouble } from "../store/drive.ts";
import { handOff } from "../store/hand-off.ts";
import { newSqlitePlace } from "../store/place.ts";
import { until } from "../until.ts";

const publisher: Omit<Publisher, "openPage"> = {
  text: untrustedText((text) => text),
  failOn: "never",
  patience: 0,
};
const failed = { state: "failed", error: trouble } as const;

test("PageEndings: more pages than are told at once are told one after the other", async () => {
  await using place = await newSqlitePlace();
  await using store = await place.open();
  const amount = 45;
  for (let number = 1; number <= amount; number += 1) {
    await accepted(store, handOff(number));
    const claim = await claimed(store);
    await store.owePage(claim);
    await store.finish(claim, failed);
  }
  const told: number[] = [];
  await using _ = new PageEndings({
    store,
    publisher: () => ({
      ...publisher,
      openPage: ({ pull_request: { number } }) => {
        told.push(number);
        return undefined;
      },
    }),
    onError: assert.ifError,
  });
  await until(() => told.length >= amount);
  assert.equal(new Set(told).size, amount);
});

test("PageEndings: a forge that is down is asked again, a page that is hopeless is given up", async () => {
  await using place = await newSqlitePlace();
  // A page is given up after a day.
  place.now = Date.now();
  await using store = await place.open();
  for (const number of [1, 2]) {
    await accepted(store, handOff(number));
    const claim = await claimed(store);
    await store.owePage(claim);
    await store.finish(claim, failed);
  }
  const asked: number[] = [];
  const errors: unknown[] = [];
  await using _ = new PageEndings({
    store,
    publisher: () => ({
      ...publisher,
      openPage: ({ pull_request: { number } }) => {
        asked.push(number);
        if (number === 2) throw new CicdError("forge_refused", "No");
        if (asked.length < 3) throw new CicdError("forge_unavailable", "Down");
        return undefined;
      },
    }),
    onError: (error) => errors.push(error),
  });
  await until(async () => {
    place.now = Date.now();
    return (await place.alter("SELECT 1 FROM task WHERE page_owed = 1")).length === 0;
  });
  assert.deepEqual(asked.toSorted(), [1, 1, 2]);
  assert.equal(errors.length, 2);
});

test("PageEndings: a push that came too late does not hide the failure of the newer one", async () => {
  await using place = await newSqlitePlace();
  await using store = await place.open();
  const newer = await accepted(store, handOff(7, { updatedAt: place.now }));
  const claim = await claimed(store);
  await store.owePage(claim);
  await accepted(store, handOff(7, { updatedAt: place.now - 60_000 }), { waited: 60_000 });
  await store.finish(claim, failed);
  const comments: string[] = [];
  const states: string[] = [];
  await using _ = new PageEndings({
    store,
    publisher: () => ({
      ...publisher,
      openPage: () => ({
        comments: async () => [],
        addPageComment: async (body) => void comments.push(body),
        report: async ({ taskId, state }) => void states.push(`${taskId} ${state}`),
        addReply: async () => assert.fail("nobody asked"),
        addLineComments: async () => assert.fail("there are no findings"),
        edit: async () => assert.fail("there is nothing to edit"),
      }),
    }),
    onError: assert.ifError,
  });
  await until(async () => {
    return (await place.alter("SELECT 1 FROM task WHERE page_owed = 1")).length === 0;
  });
  assert.deepEqual(states, [`${newer} failed`]);
  assert.match(comments.join("\n"), /This version was \*\*not\*\* reviewed: Broke$/);
});
