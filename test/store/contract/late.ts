import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import type { Store } from "#runner/store/store.ts";
import { quickHandOff } from "#runner/store/timing.ts";
import type { HandOff } from "#shared/api.ts";
import type { TaskKind } from "#shared/task.ts";
import type { Authorization } from "#shared/task-event.ts";
import { accepted, claimed, done, story, trouble } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace, Place } from "../place.ts";

/** What becomes of deliveries that had to wait at an edge while later ones went past. */
export function lateContract(newPlace: NewPlace): void {
  test("a late push and a newer review that waits: superseded by that one, which runs", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const newer = await taken(store, place, delivered(place, 0));
    const late = delivered(place, 60_000);
    await taken(store, place, late);
    await assertOvertaken(store, late.task_id, newer);
    assert.equal((await store.task(late.task_id))?.started_at, null);
    assert.equal((await claimed(store)).task.id, newer);
    assert.equal((await store.stats()).queued, 0);
  });

  test("a late push and a newer review that runs: that one is not interrupted", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const newer = await taken(store, place, delivered(place, 0));
    const claim = await claimed(store);
    await assertOvertaken(store, await taken(store, place, delivered(place, 60_000)), newer);
    assert.equal(await store.interruption(newer), undefined);
    assert.equal(await store.finish(claim, done), true);
    assert.equal(await store.claim(), undefined);
  });

  test("a late push and a newer review that has ended, however: not reviewed over it", async () => {
    for (const outcome of [done, { state: "failed", error: trouble } as const]) {
      await using place = await newPlace();
      await using store = await place.open();
      const newer = await taken(store, place, delivered(place, 0));
      await store.finish(await claimed(store), outcome);
      place.now += 10_000;
      await assertOvertaken(store, await taken(store, place, delivered(place, 60_000)), newer);
    }
  });

  test("a late push after a restart, whose newer review was forgotten: superseded still", async () => {
    await using place = await newPlace();
    const newer = delivered(place, 0);
    {
      await using store = await place.open();
      await taken(store, place, newer);
      await store.finish(await claimed(store), done);
      place.now += 10_000;
      await accepted(store, handOff(7, { kind: "help" }));
      await store.prune({ before: place.now });
      assert.equal(await store.task(newer.task_id), undefined);
    }
    await using store = await place.open();
    await assertOvertaken(
      store,
      await taken(store, place, delivered(place, 60_000)),
      newer.task_id,
    );
  });

  test("a question where all but a late push was forgotten: it is about that", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const newer = delivered(place, 0);
    await taken(store, place, newer);
    await store.finish(await claimed(store), done);
    place.now += 10_000;
    const late = delivered(place, 60_000);
    await assertOvertaken(store, await taken(store, place, late), newer.task_id);
    await store.prune({ before: place.now });
    assert.equal(await store.task(newer.task_id), undefined);
    const sessionId = (await store.task(late.task_id))?.session_id ?? "";
    const asked = await store.ask(sessionId, { taskId: v7(), text: "Why?" }, { limit: 9 });
    assert.equal(asked?.outcome, "accepted");
  });

  test("what came at once, or of an unknown state: the last to arrive goes on", async () => {
    for (const waited of [0, 1, quickHandOff, undefined]) {
      await using place = await newPlace();
      await using store = await place.open();
      const first = await taken(store, place, delivered(place, 0));
      const work = waited === undefined ? handOff(7) : delivered(place, waited);
      const second = await taken(store, place, work);
      assert.equal((await story(store, first)).state, "superseded");
      assert.equal((await claimed(store)).task.id, second);
    }
  });

  test("pushes that are each told to be a little older: no further back than the newest allows", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    await taken(store, place, delivered(place, 0));
    const second = await taken(store, place, delivered(place, quickHandOff));
    await assertOvertaken(
      store,
      await taken(store, place, delivered(place, 2 * quickHandOff)),
      second,
    );
  });

  test("a forge whose clock was set back: what comes at once is not late", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const first = await taken(store, place, delivered(place, -240_000));
    place.now += 10;
    const second = await taken(store, place, delivered(place, 5));
    assert.equal((await story(store, first)).state, "superseded");
    assert.equal((await claimed(store)).task.id, second);
  });

  test("a late push when the queue is full: taken in, for it does not wait", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const newer = await taken(store, place, delivered(place, 0));
    const late = delivered(place, 60_000);
    const { outcome } = await store.enqueue(late, { limit: 1, waited: 60_000 });
    assert.equal(outcome, "accepted");
    await assertOvertaken(store, late.task_id, newer);
  });

  test("a late push that is delivered again: a duplicate", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    await taken(store, place, delivered(place, 0));
    const late = delivered(place, 60_000);
    await taken(store, place, late);
    const again = await store.enqueue({ ...late, task_id: v7() }, { limit: 9 });
    assert.ok(again.outcome === "duplicate" && again.taskId === late.task_id);
  });

  test("a late push of a closed pull request, and a late close of one that is reviewed again", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const close = await taken(store, place, delivered(place, 50_000, "close"));
    await assertOvertaken(store, await taken(store, place, delivered(place, 60_000)), close);
    await store.finish(await claimed(store), done);
    await assertOvertaken(store, await taken(store, place, delivered(place, 60_000)), close);
    const reopened = await taken(store, place, delivered(place, 0));
    const late = await taken(store, place, delivered(place, 40_000, "close"));
    await assertOvertaken(store, late, reopened);
    assert.equal((await claimed(store)).task.id, reopened);
  });

  test("a late review by a command: superseded too; what else people ask is done", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const newer = await taken(store, place, delivered(place, 0));
    const review = await taken(store, place, commanded(place, "review", "verified"));
    await assertOvertaken(store, review, newer);
    const ask = await taken(store, place, commanded(place, "ask", "verified"));
    const unverified = await taken(store, place, commanded(place, "review", "unverified"));
    assert.deepEqual(await store.finish(await claimed(store), done), true);
    for (const id of [ask, unverified]) {
      const claim = await claimed(store);
      assert.equal(claim.task.id, id);
      await store.finish(claim, done);
    }
  });

  test("a review that nobody has allowed yet, or a question: overtakes nothing", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const command = (kind: TaskKind, authorization: Authorization) =>
      taken(store, place, commanded(place, kind, authorization, 0));
    await command("review", "unverified");
    await command("ask", "verified");
    const push = await taken(store, place, delivered(place, 60_000));
    assert.equal((await story(store, push)).state, "queued");
  });

  test("a late push of another pull request: reviewed", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    await taken(store, place, delivered(place, 0));
    const other = { ...handOff(8, { updatedAt: place.now - 60_000 }) };
    assert.equal((await story(store, await taken(store, place, other))).state, "queued");
  });

  test("what has waited and knows the latest state: goes on, also where it is told twice", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const first = await taken(store, place, delivered(place, 60_000));
    const same = await taken(store, place, delivered(place, 60_000));
    const later = await taken(store, place, delivered(place, 30_000));
    for (const id of [first, same]) assert.equal((await story(store, id)).state, "superseded");
    assert.equal((await claimed(store)).task.id, later);
  });

  test("a replay of a review that failed: runs, though a later push was reviewed", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const old = await taken(store, place, delivered(place, 60_000));
    await store.finish(await claimed(store), { state: "failed", error: trouble });
    const newer = await taken(store, place, delivered(place, 0));
    await store.finish(await claimed(store), done);
    const replayed = await store.replay(old, { limit: 9 });
    assert.ok(replayed?.outcome === "accepted");
    assert.equal((await claimed(store)).task.id, replayed.taskId);
    // What it repeats is no newer by that.
    await assertOvertaken(store, await taken(store, place, delivered(place, 30_000)), newer);
  });

  test("a question after a late push: about what the newer one was about", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const newer = delivered(place, 0);
    newer.event.pull_request.head.sha = "f".repeat(40);
    await taken(store, place, newer);
    const late = await taken(store, place, delivered(place, 60_000));
    const { session_id = "" } = (await store.task(late)) ?? {};
    const question = { taskId: v7(), text: "Why?" };
    await store.ask(session_id, question, { limit: 9 });
    assert.deepEqual((await store.task(question.taskId))?.event, newer.event);
  });
}

/** A hand-off about pull request 7 as it was so many milliseconds ago. */
function delivered({ now }: Place, ago: number, kind: TaskKind = "review") {
  return handOff(7, { kind, updatedAt: now - ago });
}

/** The same of a command that mona gave. */
function commanded(
  place: Place,
  kind: TaskKind,
  authorization: Authorization,
  ago = 60_000,
): HandOff {
  const { event, ...rest } = delivered(place, ago, kind);
  const comment = { id: "1", body: `/${kind}`, author: "mona" };
  return {
    ...rest,
    event: { ...event, type: "comment", action: "created", comment, authorization },
  };
}

/** Takes in what has waited since its pull request changed, and gives the id of its task. */
async function taken(store: Store, { now }: Place, work: HandOff): Promise<string> {
  const { updated_at } = work.event.pull_request;
  const waited = updated_at === undefined ? 0 : now - Date.parse(updated_at);
  return await accepted(store, work, { waited });
}

/** Checks that a task has ended before it began, superseded by another. */
async function assertOvertaken(store: Store, id: string, by: string): Promise<void> {
  const types = ["task.queued", "task.superseded"];
  assert.deepEqual(await story(store, id), { state: "superseded", types });
  const [entry] = await store.journal(id, 1, 1);
  assert.deepEqual(entry?.data, { by });
}
