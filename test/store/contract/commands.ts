import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import type { Store } from "#runner/store/store.ts";
import type { HandOff } from "#shared/api.ts";
import type { TaskKind } from "#shared/task.ts";
import type { Authorization } from "#shared/task-event.ts";
import { accepted, claimed } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

/** What commands in comments do to the other tasks of their session. */
export function commandsContract(newPlace: NewPlace): void {
  test("a command: a task with what was said and where, as it came", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const message = "Why?\n\u2028 '\u0000";
    const given = { ...command("ask"), message };
    const task = await store.task(await accepted(store, given));
    assert.deepEqual([task?.kind, task?.message, task?.event], ["ask", message, given.event]);
    assert.equal((await store.task(await accepted(store, command("help"))))?.message, null);
  });

  test("cancel: what waits ends and what runs is told to, with who wanted it", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const running = await accepted(store, command("analyze"));
    await claimed(store);
    const kinds = ["review", "ask", "test", "help", "close"] as const;
    const queued: Record<string, string> = {};
    for (const kind of kinds) queued[kind] = await accepted(store, command(kind));
    const question = { taskId: v7(), text: "Why?" };
    await store.ask((await store.task(running))?.session_id ?? "", question, { limit: 99 });
    const other = await accepted(store, handOff(8));
    const cancel = await accepted(store, command("cancel"));

    const reason = "Cancelled by mona in a comment";
    assert.deepEqual(await store.interruption(running), { kind: "cancelled", reason });
    const states = [];
    for (const id of [...Object.values(queued), question.taskId, other, cancel]) {
      states.push((await store.task(id))?.state);
    }
    assert.deepEqual(states, [
      // The review that waited was superseded by the close.
      ...["superseded", "cancelled", "cancelled", "queued", "queued"],
      ...["cancelled", "queued", "queued"],
    ]);
    const [, entry] = await store.journal(queued.ask ?? "", 0, 10);
    assert.deepEqual([entry?.type, entry?.data], ["task.cancelled", { reason }]);
  });

  test("cancel delivered again: cancels nothing that came since", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const cancel = command("cancel");
    await accepted(store, cancel);
    const later = await accepted(store, command("ask"));
    const { outcome } = await store.enqueue({ ...cancel, task_id: v7() }, { limit: 99 });
    assert.equal(outcome, "duplicate");
    assert.equal((await store.task(later))?.state, "queued");
  });

  test("review by a command: supersedes a review; other commands supersede nothing", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const first = await accepted(store);
    for (const kind of ["ask", "analyze", "test", "help"] as const) {
      await accepted(store, command(kind));
      await accepted(store, command(kind));
    }
    assert.equal(await stateOf(store, first), "queued");
    await accepted(store, command("review"));
    assert.equal(await stateOf(store, first), "superseded");
    assert.equal((await store.stats()).queued, 9);
  });

  test("a command that nobody has allowed yet: ends nothing", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const running = await accepted(store);
    await claimed(store);
    const asked = await accepted(store, command("ask"));
    for (const kind of ["review", "cancel", "close"] as const) {
      await accepted(store, command(kind, "unverified"));
    }
    assert.equal(await store.interruption(running), undefined);
    assert.equal(await stateOf(store, asked), "queued");
    await accepted(store);
    assert.equal((await store.interruption(running))?.kind, "superseded");
  });
}

/** A hand-off of a command that mona gave under pull request 7. */
function command(kind: TaskKind, authorization: Authorization = "verified"): HandOff {
  const { event, ...rest } = handOff(7, { kind });
  const comment = { id: "1", body: `/${kind}`, author: "mona" };
  return {
    ...rest,
    event: { ...event, type: "comment", action: "created", comment, authorization },
  };
}

async function stateOf(store: Store, id: string): Promise<string | undefined> {
  return (await store.task(id))?.state;
}
