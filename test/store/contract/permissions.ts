import assert from "node:assert/strict";
import { test } from "node:test";
import type { JournalEvent } from "#shared/journal.ts";
import { accepted, claimed, done, retryIn, said } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

/** What people are still asked. */
export function permissionsContract(newPlace: NewPlace): void {
  test("openPermissions: what running tasks ask, the oldest first, until answered or run out", async () => {
    await using place = await newPlace();
    await using store = await place.open();
    const asked = (request_id: string, seconds: number): JournalEvent => {
      const expires_at = new Date(place.now + seconds * 1000).toISOString();
      const data = { request_id, tool: "Bash", input: { command: "make" }, expires_at };
      return { type: "permission.requested", data };
    };
    const ids = async () => (await store.openPermissions()).map(({ request_id }) => request_id);
    await accepted(store, handOff(1));
    await accepted(store, handOff(2));
    const one = await claimed(store);
    const other = await claimed(store);
    assert.deepEqual(await ids(), []);
    await store.append(other, [asked("first", 60)]);
    place.now += 1000;
    await store.append(one, [said("a"), asked("second", 10), asked("third", 60)]);
    assert.deepEqual(await ids(), ["first", "second", "third"]);
    assert.partialDeepStrictEqual((await store.openPermissions())[1], {
      task_id: one.task.id,
      session_id: one.task.session_id,
      tool: "Bash",
      input: { command: "make" },
      asked_at: new Date(place.now).toISOString(),
    });
    const denied = { request_id: "third", behavior: "deny", by: "api", message: "No" } as const;
    await store.append(one, [{ type: "permission.resolved", data: denied }]);
    assert.deepEqual(await ids(), ["first", "second"]);
    place.now += 10_000;
    assert.deepEqual(await ids(), ["first"]);
    await store.append(one, [asked("fourth", 60)]);
    await store.finish(other, done);
    assert.deepEqual(await ids(), ["fourth"]);
    await store.finish(one, retryIn(0));
    assert.deepEqual(await ids(), []);
    await claimed(store);
    assert.deepEqual(await ids(), [], "its process is gone");
  });
}
