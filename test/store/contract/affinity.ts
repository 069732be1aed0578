import assert from "node:assert/strict";
import { test } from "node:test";
import { affinityTime, leaseTime } from "#runner/store/timing.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import { accepted, claimed, done, idle, retryIn } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { NewPlace } from "../place.ts";

const sessionId = sessionIdOf(handOff(7).event);

/** Which host gets the tasks of a session. */
export function affinityContract(newPlace: NewPlace): void {
  test("a session that another host holds: left to it for a while, then anyone's", async () => {
    await using place = await newPlace();
    await using holder = await place.open("holder");
    await using other = await place.open("other");
    await accepted(holder);
    await holder.finish(await claimed(holder), done);
    place.now += 10_000;
    await holder.heartbeat(idle);
    const id = await accepted(other);
    assert.equal(await other.claim(), undefined);
    assert.equal((await other.stats()).nextRunAt, place.now + affinityTime);
    assert.equal((await holder.stats()).nextRunAt, undefined);
    place.now += affinityTime - 1;
    assert.equal(await other.claim(), undefined);
    place.now += 1;
    assert.equal((await claimed(other)).task.id, id);
    assert.equal((await other.session(sessionId))?.holder, other.hostId);
  });

  test("the holder itself: takes it at once", async () => {
    await using place = await newPlace();
    await using holder = await place.open("holder");
    await using other = await place.open("other");
    await accepted(holder);
    await holder.finish(await claimed(holder), done);
    const id = await accepted(other);
    assert.equal((await claimed(holder)).task.id, id);
  });

  test("a task that waited behind another: left to the holder when its turn comes", async () => {
    await using place = await newPlace();
    await using holder = await place.open("holder");
    await using other = await place.open("other");
    await accepted(holder, handOff(7, { kind: "close" }));
    const claim = await claimed(holder);
    await accepted(holder, handOff(7, { kind: "close" }));
    place.now += 2 * affinityTime;
    await holder.heartbeat(idle);
    await holder.finish(claim, done);
    assert.equal(await other.claim(), undefined);
    place.now += affinityTime;
    await claimed(other);
  });

  test("a delayed attempt: left to the holder from when it is due", async () => {
    await using place = await newPlace();
    await using holder = await place.open("holder");
    await using other = await place.open("other");
    await accepted(holder);
    await holder.finish(await claimed(holder), retryIn(5000));
    place.now += 5000 + affinityTime - 1;
    await holder.heartbeat(idle);
    assert.equal(await other.claim(), undefined);
    place.now += 1;
    await claimed(other);
  });

  test("new deliveries that supersede each other: do not leave it to the holder for longer", async () => {
    await using place = await newPlace();
    await using holder = await place.open("holder");
    await using other = await place.open("other");
    await accepted(holder);
    await holder.finish(await claimed(holder), done);
    for (const _push of [1, 2, 3]) {
      await accepted(other);
      assert.equal(await other.claim(), undefined);
      place.now += affinityTime / 3;
    }
    await claimed(other);
  });

  for (const [name, how] of [
    ["drains", "drain"],
    ["has left", "leave"],
  ] as const) {
    test(`a holder that ${name}: its sessions are anyone's at once`, async () => {
      await using place = await newPlace();
      await using holder = await place.open("holder");
      await using other = await place.open("other");
      await accepted(holder);
      await holder.finish(await claimed(holder), done);
      await accepted(other);
      assert.equal(await other.claim(), undefined);
      await holder[how]();
      await claimed(other);
    });
  }

  test("a holder that is not heard of: its sessions are anyone's", async () => {
    await using place = await newPlace();
    await using holder = await place.open("holder");
    await using other = await place.open("other");
    await accepted(holder);
    await holder.finish(await claimed(holder), done);
    place.now += leaseTime;
    await accepted(other);
    await claimed(other);
  });

  test("a session that moves: takes its conversation along where that has a copy", async () => {
    await using place = await newPlace();
    await using holder = await place.open("holder");
    await using other = await place.open("other");
    await accepted(holder);
    await holder.finish(await claimed(holder), done);
    const conversation = { id: "talk", costUsd: 1, transcript: "copy" };
    await holder.setWorkspace(sessionId, "folder");
    await holder.setConversation(sessionId, conversation);
    await accepted(other);
    place.now += affinityTime;
    await claimed(other);
    await holder.setConversation(sessionId, { ...conversation, transcript: "late" });
    const moved = await other.session(sessionId);
    assert.deepEqual([moved?.conversation, moved?.workspace], [conversation, null]);
    await other.releaseSession(sessionId);
    assert.equal((await other.session(sessionId))?.conversation, null);
  });

  test("a session that moves: begins anew, and its last holder has no say in it", async () => {
    await using place = await newPlace();
    await using holder = await place.open("holder");
    await using other = await place.open("other");
    await accepted(holder);
    await holder.finish(await claimed(holder), done);
    await holder.setWorkspace(sessionId, "folder");
    await holder.setConversation(sessionId, { id: "talk", costUsd: 1, transcript: null });
    assert.deepEqual(await holder.workspaces(), ["folder"]);
    assert.deepEqual(await other.workspaces(), []);
    assert.deepEqual(await holder.sessionsIdleSince(place.now + 1), [sessionId]);
    assert.deepEqual(await other.sessionsIdleSince(place.now + 1), []);
    await accepted(other);
    place.now += affinityTime;
    await claimed(other);
    await holder.setWorkspace(sessionId, "late");
    await holder.setConversation(sessionId, { id: "late", costUsd: 1, transcript: "late" });
    await holder.releaseSession(sessionId);
    const { workspace, conversation, holder: now } = (await other.session(sessionId)) ?? {};
    assert.deepEqual([workspace, conversation, now], [null, null, other.hostId]);
    assert.deepEqual(await holder.heldSessions(), []);
    assert.deepEqual(await other.heldSessions(), [sessionId]);
  });

  test("holdSession and releaseSession: one host at a time, as long as it is up", async () => {
    await using place = await newPlace();
    await using one = await place.open("one");
    await using other = await place.open("other");
    await accepted(one);
    assert.equal(await one.holdSession(sessionId), true);
    assert.equal(await one.holdSession(sessionId), true);
    assert.equal(await other.holdSession(sessionId), false);
    await one.setWorkspace(sessionId, "folder");
    await one.releaseSession(sessionId);
    assert.equal((await one.session(sessionId))?.workspace, null);
    assert.equal(await other.holdSession(sessionId), true);
    assert.equal(await one.holdSession(sessionId), false);
    await other.drain();
    assert.equal(await one.holdSession(sessionId), true);
    assert.equal(await one.holdSession("unknown"), false);
  });
}
