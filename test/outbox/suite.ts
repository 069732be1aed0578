import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as z from "zod";
import { DeadLetterList, ReplayAnswer } from "#shared/outbox.ts";
import { apiTokens } from "#test/edge/settings.ts";
import { assertProblem } from "#test/runner-http/assert-problem.ts";
import { until } from "#test/until.ts";
import { newPlace, type Place } from "./place.ts";
import { assertAllThere, send } from "./send.ts";

/** An edge that runs; disposal ends it. */
export interface FaultEdge extends AsyncDisposable {
  readonly url: string;
}

const minute = 60_000;

/** What an edge passes wherever it runs: nothing is lost and nothing doubled, whatever fails. */
export function faultSuite(name: string, start: (place: Place) => Promise<FaultEdge>): void {
  suite(`Outbox on ${name}`, () => {
    test("runner down for a whole burst: each gets its 202 in time, and reaches the runner once", async () => {
      await using place = await newPlace();
      await using edge = await start(place);
      const numbers = Array.from({ length: 30 }, (_, index) => index);
      const sent = await Promise.all(
        numbers.map((index) => send(edge.url, `burst-${index}`, { number: 1 + (index % 6) })),
      );
      assert.deepEqual(new Set(sent.map(({ status }) => status)), new Set([202]));
      const single = await send(edge.url, "single");
      assert.ok(single.took < 500, `${single.took} ms`);
      await place.up();
      await until(async () => (await place.tasks()).length === 31);
      await assertAllThere(place, [...sent, single]);
    });

    test("runner killed between taking a delivery and answering: it is there once", async () => {
      await using place = await newPlace();
      await using edge = await start(place);
      const dying = await place.up({ dies: true });
      const first = await send(edge.url, "first");
      assert.equal(first.status, 202);
      assert.equal(await dying.ended, undefined);
      const rest = await Promise.all(
        [1, 2, 3].map((n) => send(edge.url, `rest-${n}`, { number: n })),
      );
      await place.up();
      await until(async () => (await place.tasks()).length === 4);
      await assertAllThere(place, [first, ...rest]);
    });

    for (const isUp of [true, false]) {
      test(`one delivery 200 times at once, runner ${isUp ? "up" : "down"}: one task, and all links lead to it`, async () => {
        await using place = await newPlace();
        await using edge = await start(place);
        if (isUp) await place.up();
        const sent = await Promise.all(Array.from({ length: 200 }, () => send(edge.url, "same")));
        assert.equal(new Set(sent.map(({ task_id }) => task_id)).size, 1);
        if (!isUp) await place.up();
        // What comes last has all copies before it.
        const last = await send(edge.url, "last", { number: 8 });
        await until(async () => (await place.tasks()).length === 2);
        await assertAllThere(place, [...sent.slice(0, 1), last]);
      });
    }

    test("clocks 4 minutes apart: the runner takes it at once", async () => {
      await using place = await newPlace();
      await using edge = await start(place);
      await place.up({ skew: 4 * minute });
      await assertAllThere(place, [await send(edge.url, "early")]);
    });

    test("clocks 10 minutes apart: a dead letter that says why, and goes on when it is replayed", async () => {
      await using place = await newPlace();
      await using edge = await start(place);
      const wrong = await place.up({ skew: 10 * minute });
      const sent = await send(edge.url, "skewed");
      await until(async () => (await dead(edge)).length === 1);
      const [letter] = await dead(edge);
      assert.deepEqual([letter?.delivery_id, letter?.task_id], ["skewed", sent.task_id]);
      assert.match(letter?.error.hint ?? "", /clocks/);
      const health = await (await fetch(`${edge.url}/health`)).json();
      assert.equal(Health.parse(health).outbox.dead, 1);
      await wrong.stop("SIGKILL");
      await place.up();
      await assertProblem(await ask(edge, "POST", "/other/replay"), 404, "not_found");
      const answer = await ask(edge, "POST", "/skewed/replay");
      assert.deepEqual(ReplayAnswer.parse(await answer.json()), { replayed: 1 });
      await until(async () => (await place.tasks()).length === 1);
      await assertAllThere(place, [sent]);
      assert.deepEqual(await dead(edge), []);
    });

    test("dead letters are for admins alone", async () => {
      await using place = await newPlace();
      await using edge = await start(place);
      for (const [method, path] of [
        ["GET", ""],
        ["POST", "/replay"],
        ["POST", "/some/replay"],
      ] as const) {
        await assertProblem(await ask(edge, method, path, ""), 401, "unauthorized");
        await assertProblem(await ask(edge, method, path, apiTokens.write), 403, "forbidden");
      }
      const none = await ask(edge, "POST", "/replay");
      assert.deepEqual(ReplayAnswer.parse(await none.json()), { replayed: 0 });
    });
  });
}

const Health = z.object({ outbox: z.object({ dead: z.number() }) });

/** The dead letters of an edge. */
export async function dead(edge: FaultEdge) {
  return DeadLetterList.parse(await (await ask(edge, "GET", "")).json()).dead;
}

/** Asks an edge about its dead letters, as its admin. */
export async function ask(
  edge: FaultEdge,
  method: string,
  path: string,
  token: string = apiTokens.admin,
) {
  const headers = token === "" ? {} : { authorization: `Bearer ${token}` };
  return await fetch(`${edge.url}/v1/outbox/dead${path}`, { method, headers });
}
