import assert from "node:assert/strict";
import { test } from "node:test";
import type { JournalEvent } from "#shared/journal.ts";
import { never } from "../claude/start-scripted.ts";
import { setScene } from "./scene.ts";

const feedback = { uuid: "b", text: "2" };

/** Tells when the first event of a turn comes. */
function follower() {
  const begun = Promise.withResolvers<void>();
  const events: JournalEvent[] = [];
  const onEvent = (event: JournalEvent) => {
    events.push(event);
    begun.resolve();
  };
  return { begun: begun.promise, events, onEvent };
}

test("SessionManager.say journals the message in the turn, in its place", async () => {
  await using scene = await setScene({ behaviour: "folds-feedback" });
  const id = await scene.session(1);
  using lease = await scene.acquire(id);
  const { events, onEvent } = follower();
  const turn = lease.turn({ uuid: "a", text: "1" }, { signal: never, onEvent });
  await busy(scene.manager, id);
  await scene.manager.say(id, feedback);
  assert.equal((await turn).kind, "result");
  assert.deepEqual(events, [
    { type: "message.received", data: { message_id: feedback.uuid, text: feedback.text } },
  ]);
});

test("SessionManager.say into a turn that is being stopped: is refused, and nothing is journaled", async () => {
  await using scene = await setScene();
  const id = await scene.session(1);
  using lease = await scene.acquire(id);
  const abort = new AbortController();
  const { begun, events, onEvent } = follower();
  const turn = lease.turn({ uuid: "a", text: "hang" }, { signal: abort.signal, onEvent });
  await begun;
  abort.abort();
  await assert.rejects(scene.manager.say(id, feedback), { code: "conflict" });
  assert.equal((await turn).kind, "stopped");
  assert(!events.some(({ type }) => type === "message.received"));
});

test("Lease.turn takes messages along, which are journaled already: it ends with them", async () => {
  await using scene = await setScene();
  using lease = await scene.acquire(await scene.session(1));
  const { events, onEvent } = follower();
  const end = await lease.turn(
    { uuid: "a", text: "1" },
    { signal: never, onEvent, alongside: [feedback, { uuid: "c", text: "3" }] },
  );
  assert(end.kind === "result");
  assert.equal(end.result.result, "1\n2\n3");
  assert.deepEqual(events, []);
  // What the conversation has answered does not hold the turn up.
  const options = { signal: never, onEvent, alongside: [feedback] };
  const next = await lease.turn({ uuid: "d", text: "4" }, options);
  assert(next.kind === "result");
  assert.equal(next.result.result, "1\n2\n3\n4");
});

test("Lease.turn of a process that is gone: says so, messages along or not", async () => {
  await using scene = await setScene();
  using lease = await scene.acquire(await scene.session(1));
  process.kill(lease.pid, "SIGKILL");
  const options = { signal: never, onEvent: () => {}, alongside: [feedback] };
  await assert.rejects(lease.turn({ uuid: "a", text: "1" }, options), { code: "cli_exited" });
});

/** Waits until a turn of a session runs, a step of the event loop at a time. */
async function busy(manager: { processOf(id: string): { state: string } | undefined }, id: string) {
  while (manager.processOf(id)?.state !== "busy") await new Promise(setImmediate);
}
