import assert from "node:assert/strict";
import { test } from "node:test";
import { lastingStream } from "#edge/lasting-stream.ts";
import type { Place } from "#edge/reopen.ts";

const event = (id: number, type: string) => `id: ${id}\nevent: ${type}\ndata: {}\n\n`;

/** A stream that brings this, and then neither more nor its end. */
function silentBehind(text: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
  });
}

test("lastingStream leaves a runner that is silent for too long, and goes on behind its last event", async () => {
  const places: Omit<Place, "signal">[] = [];
  const rest = [silentBehind(event(2, "turn.started")), silentBehind(event(3, "task.failed"))];
  const stream = lastingStream(
    silentBehind(event(1, "task.queued")),
    async ({ lastId, hasMoved }) => {
      places.push({ lastId, hasMoved });
      return rest.shift();
    },
    50,
  );
  const text = await new Response(stream).text();
  assert.equal(text, event(1, "task.queued") + event(2, "turn.started") + event(3, "task.failed"));
  assert.deepEqual(places, [
    { lastId: "1", hasMoved: true },
    { lastId: "2", hasMoved: true },
  ]);
});

test("lastingStream passes on a runner's trouble when nothing goes on, and not when something did", async () => {
  const error = "event: error\ndata: {}\n\n";
  const seen = async (...texts: readonly string[]) => {
    const [first, ...rest] = texts.map((text) => new Response(text).body ?? assert.fail());
    const stream = lastingStream(first ?? assert.fail(), async () => rest.shift());
    return await new Response(stream).text();
  };
  const [one, two] = [event(1, "task.queued"), event(2, "turn.started")];
  assert.equal(await seen(one + error), one + error);
  assert.equal(await seen(one + error, two), one + two);
  assert.equal(await seen(one + error, two + error), one + two + error);
});

test("lastingStream ends with its source when nothing goes on, and asks no more when it is left", async () => {
  const ended = lastingStream(
    new Response(event(1, "turn.started")).body ?? assert.fail(),
    async () => undefined,
  );
  assert.equal(await new Response(ended).text(), event(1, "turn.started"));
  let asked = 0;
  const left = lastingStream(silentBehind(event(1, "turn.started")), async () => {
    asked += 1;
    return undefined;
  });
  const reader = left.getReader();
  await reader.read();
  const waiting = reader.read();
  await reader.cancel();
  assert.equal((await waiting).done, true);
  assert.equal(asked, 0);
});
