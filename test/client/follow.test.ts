import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { createClient } from "#client/client.ts";
import { CicdError } from "#shared/error.ts";
import type { JournalEntry } from "#shared/journal.ts";
import { apiTokens } from "#test/edge/settings.ts";
import { handOff } from "#test/runner-http/hand-off.ts";
import { type Pair, startPair } from "./start-pair.ts";

const token = apiTokens.read;

/** A task with so many entries more than the two that it begins with. */
async function startTask({ runner: { store } }: Pair, entries: number) {
  const { task_id } = handOff();
  await store.enqueue({ ...handOff(), task_id }, { limit: 1000 });
  const claim = await store.claim();
  assert(claim);
  const say = async (text: string) =>
    assert(await store.append(claim, [{ type: "message.delta", data: { text } }]));
  for (let count = 0; count < entries; count += 1) await say(`ä€ ${count}\n`);
  const end = () => store.finish(claim, { state: "cancelled", reason: "test" });
  return { task_id, say, end };
}

/** A fetch whose answers break off after so many bytes, one number for each connection. */
function cutting(lengths: readonly number[]): typeof fetch {
  const left = [...lengths];
  return async (input, init) => {
    const response = await fetch(input, init);
    const length = left.shift();
    if (length === undefined || response.body === null) return response;
    return new Response(response.body.pipeThrough(cutAfter(length)), response);
  };
}

function cutAfter(
  length: number,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let left = length;
  return new TransformStream({
    transform: (chunk, controller) => {
      if (left > 0) controller.enqueue(chunk.slice(0, left));
      left -= chunk.byteLength;
      if (left <= 0) controller.error(new TypeError("terminated"));
    },
  });
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const seqs = (entries: readonly JournalEntry[]) => entries.map(({ seq }) => seq);

test("followTask gives each number once, wherever connections break", async (t) => {
  await using pair = await startPair();
  const { task_id, end } = await startTask(pair, 20);
  await end();
  // Not the pauses are tested here, and there are many.
  t.mock.method(Math, "random", () => 0);
  const cut = fc.integer({ min: 0, max: 3000 });
  await fc.assert(
    fc.asyncProperty(fc.array(cut, { maxLength: 5 }), fc.nat({ max: 22 }), async (cuts, after) => {
      const client = createClient({ url: pair.url, token, fetch: cutting(cuts) });
      const entries = await Array.fromAsync(client.followTask(task_id, { after }));
      assert.deepEqual(seqs(entries), upTo(23).slice(after));
    }),
    { numRuns: 50 },
  );
});

test("followTask gives each number once though a proxy keeps Last-Event-ID to itself", async (t) => {
  await using pair = await startPair();
  const { task_id, end } = await startTask(pair, 20);
  await end();
  t.mock.method(Math, "random", () => 0);
  const cut = cutting([1500, 2500]);
  const forgetful: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.delete("last-event-id");
    return cut(input, { ...init, headers });
  };
  const client = createClient({ url: pair.url, token, fetch: forgetful });
  assert.deepEqual(seqs(await Array.fromAsync(client.followTask(task_id))), upTo(23));
});

test("followTask goes on when the edge starts again amid a task", async () => {
  await using pair = await startPair();
  const { task_id, say, end } = await startTask(pair, 3);
  const journal = createClient({ url: pair.url, token }).followTask(task_id);
  const entries: JournalEntry[] = [];
  for (const _ of upTo(5)) {
    const { value } = await journal.next();
    if (value) entries.push(value);
  }
  await pair.restartEdge();
  await say("after");
  await end();
  for await (const entry of journal) entries.push(entry);
  assert.deepEqual(seqs(entries), upTo(7));
  assert.equal(entries.at(-1)?.type, "task.cancelled");
});

test("followTask behind the terminal entry is over at once", async () => {
  await using pair = await startPair();
  const { task_id, end } = await startTask(pair, 0);
  await end();
  const client = createClient({ url: pair.url, token });
  assert.deepEqual(await Array.fromAsync(client.followTask(task_id, { after: 3 })), []);
});

test("followTask begins again where the journal does not reach, and says so", async () => {
  await using pair = await startPair();
  const { task_id, end } = await startTask(pair, 1);
  await end();
  let resyncs = 0;
  const how = { after: 99, onResync: () => (resyncs += 1) };
  const client = createClient({ url: pair.url, token });
  const entries = await Array.fromAsync(client.followTask(task_id, how));
  assert.deepEqual([seqs(entries), resyncs], [upTo(4), 1]);
});

test("followTask fails at once when it is refused, and ends on a signal while it waits", async () => {
  await using pair = await startPair();
  const { task_id } = await startTask(pair, 0);
  const stranger = createClient({ url: pair.url, token: "stranger" });
  await assert.rejects(Array.fromAsync(stranger.followTask(task_id)), { code: "unauthorized" });
  const leaving = new AbortController();
  const { signal } = leaving;
  const journal = createClient({ url: pair.url, token }).followTask(task_id, { signal });
  for (const _ of upTo(2)) await journal.next();
  const next = journal.next();
  leaving.abort();
  await assert.rejects(next, (error) => error instanceof CicdError && error.code === "cancelled");
  await pair.runner.clients.until(0);
});

test("followTask goes on where a connection breaks after heartbeats alone, for longer than its patience", async (t) => {
  const started = Date.now();
  let minutes = 0;
  t.mock.method(Date, "now", () => started + minutes * 60_000);
  t.mock.method(Math, "random", () => 0);
  const waiting = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      minutes += 1;
      if (minutes < 60) controller.enqueue(new TextEncoder().encode(": heartbeat\n\n"));
      else controller.error(new TypeError("terminated"));
    },
  });
  const answers = [new Response(waiting), new Response(null, { status: 204 })];
  const fetch = async () => answers.shift() ?? assert.fail("asked once more");
  const client = createClient({ url: "http://edge", token, fetch });
  const told: string[] = [];
  const how = { patience: 120_000, onRetry: ({ message }: CicdError) => told.push(message) };
  const journal = client.followTask(handOff().task_id, how);
  assert.deepEqual(await Array.fromAsync(journal), []);
  assert.deepEqual(told, ["Cannot follow task: the connection broke off"]);
});

test("followTask gives up when nothing has answered for its patience", async () => {
  const client = createClient({ url: "http://127.0.0.1:1", token });
  const journal = client.followTask(handOff().task_id, { patience: 0 });
  await assert.rejects(journal.next(), { code: "runner_unavailable" });
});
