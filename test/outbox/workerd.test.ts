import assert from "node:assert/strict";
import { test } from "node:test";
import { ReplayAnswer } from "#shared/outbox.ts";
import { environment } from "#test/edge/settings.ts";
import { startImpatientWorker, startWorker } from "#test/edge/start-worker.ts";
import { until } from "#test/until.ts";
import { newPlace } from "./place.ts";
import { assertAllThere, send } from "./send.ts";
import { ask, dead, faultSuite } from "./suite.ts";

faultSuite("workerd", ({ runnerUrl }) => startWorker(environment(runnerUrl)));

test("Outbox on workerd: what the queue gives up is a dead letter, and goes on when it is replayed", async () => {
  await using place = await newPlace();
  await using edge = await startImpatientWorker(environment(place.runnerUrl), 1);
  const sent = [await send(edge.url, "one"), await send(edge.url, "two", { number: 2 })];
  await until(async () => (await dead(edge)).length === 2);
  for (const letter of await dead(edge)) {
    assert.match(letter.error.message, /gave up/);
    assert.match(letter.error.hint ?? "", /replay/);
  }
  const { status_url } = sent[0] ?? assert.fail("nothing was sent");
  assert.match(await (await fetch(status_url)).text(), /"state":"failed"/);
  await place.up();
  assert.deepEqual(await place.tasks(), []);
  const answer = await ask(edge, "POST", "/replay");
  assert.deepEqual(ReplayAnswer.parse(await answer.json()), { replayed: 2 });
  await until(async () => (await place.tasks()).length === 2);
  await assertAllThere(place, sent);
  assert.deepEqual(await dead(edge), []);
});
