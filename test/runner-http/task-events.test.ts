import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { taskEvents } from "#runner/http/task-events.ts";
import type { Claim } from "#runner/store/store.ts";
import { JournalEntry, type JournalEvent } from "#shared/journal.ts";
import { Problem } from "#shared/problem.ts";
import { assertProblem } from "./assert-problem.ts";
import { eventStream, messages, type StreamItem } from "./event-stream.ts";
import { startRunner, type TestRunner } from "./start-runner.ts";
import { startTask } from "./start-task.ts";

function delta(text: string): JournalEvent {
  return { type: "message.delta", data: { text } };
}

const cancelled = { state: "cancelled", reason: "test" } as const;

/** Journals `count` more events, giving the readers a turn after each batch, and then ends the task. */
async function write({ store }: TestRunner, claim: Claim, count: number): Promise<void> {
  for (let n = 0; n < count; n += 3) {
    const batch = Array.from({ length: Math.min(3, count - n) }, (_, i) => delta(`${n + i}`));
    assert(await store.append(claim, batch));
    await setImmediate();
  }
  assert(await store.finish(claim, cancelled));
}

function upTo(last: number, first = 1): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
}

async function idsOf(response: Response): Promise<string[]> {
  return (await Array.fromAsync(messages(response))).map(({ id }) => id);
}

test("taskEvents begins with retry, and sends each entry with its id, type and JSON", async () => {
  await using runner = await startRunner();
  const claim = await startTask(runner);
  await runner.store.append(claim, [delta("two\nlines")]);
  await runner.store.finish(claim, cancelled);
  const response = await runner.send(claim.path);
  const { headers } = response;
  assert.equal(headers.get("content-type"), "text/event-stream");
  assert.equal(headers.get("cache-control"), "no-cache, no-transform");
  assert.equal(headers.get("x-accel-buffering"), "no");
  assert(headers.get("x-request-id"));
  const [first, ...rest] = await Array.fromAsync(eventStream(response));
  assert.deepEqual(first, { kind: "retry", milliseconds: 2000 });
  const journal = await runner.store.journal(claim.task.id, 0, 10);
  assert.equal(journal.length, 4);
  assert.deepEqual(rest.map(toEntry), journal);
  await runner.clients.until(0);
});

test("taskEvents replays and follows a writer to the end, without a gap or a double", async () => {
  await using runner = await startRunner();
  const claim = await startTask(runner);
  const early = runner.send(claim.path).then(idsOf);
  const writing = write(runner, claim, 500);
  const late = runner.send(claim.path).then(idsOf);
  await writing;
  assert.deepEqual(await early, upTo(503));
  assert.deepEqual(await late, upTo(503));
  assert.equal(runner.store.watches.value, 0);
});

test("taskEvents sends an entry as soon as it is there", async () => {
  await using runner = await startRunner();
  const claim = await startTask(runner);
  const stream = messages(await runner.send(claim.path));
  for (const id of ["1", "2"]) assert.equal((await stream.next()).value?.id, id);
  for (const id of upTo(30, 3)) {
    const next = stream.next();
    await runner.store.append(claim, [delta(id)]);
    assert.equal((await next).value?.id, id);
  }
  await stream.return();
});

test("taskEvents gives every entry once to a client that is cut off anywhere", async () => {
  await using runner = await startRunner();
  const cuts = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 });
  const property = fc.asyncProperty(cuts, fc.nat(150), async (lengths, count) => {
    const claim = await startTask(runner);
    const writing = write(runner, claim, count);
    const seen: string[] = [];
    for (const length of [...lengths, Number.POSITIVE_INFINITY]) {
      const last = seen.at(-1);
      const headers: Record<string, string> = last === undefined ? {} : { "last-event-id": last };
      const response = await runner.send(claim.path, { headers });
      if (response.status === 204) break;
      let left = length;
      for await (const { id } of messages(response)) {
        if (left-- <= 0) break;
        seen.push(id);
      }
    }
    await writing;
    assert.deepEqual(seen, upTo(count + 3));
  });
  await fc.assert(property, { numRuns: 25 });
  await runner.store.watches.until(0);
});

test("taskEvents begins after Last-Event-ID, which wins over ?after=", async () => {
  await using runner = await startRunner();
  const claim = await startTask(runner);
  await write(runner, claim, 100);
  const headers = { "last-event-id": "90" };
  assert.deepEqual(await idsOf(await runner.send(claim.path, { headers })), upTo(103, 91));
  assert.deepEqual(await idsOf(await runner.send(`${claim.path}?after=100`)), upTo(103, 101));
  const both = await runner.send(`${claim.path}?after=5`, { headers });
  assert.deepEqual(await idsOf(both), upTo(103, 91));
  assert.deepEqual(await idsOf(await runner.send(`${claim.path}?after=0`)), upTo(103));
});

test("taskEvents answers 400 to a cursor that is no whole number", async () => {
  await using runner = await startRunner();
  const { path } = await startTask(runner);
  for (const bad of ["-1", "1.5", "x", "1e3", "", "9".repeat(16)]) {
    const byQuery = await runner.send(`${path}?after=${bad}`);
    assert.match((await assertProblem(byQuery, 400, "invalid_request")).detail, /query\.after/);
    const headers = { "last-event-id": bad };
    const byHeader = await runner.send(`${path}?after=1`, { headers });
    assert.match((await assertProblem(byHeader, 400, "invalid_request")).detail, /Last-Event-ID/);
  }
});

test("taskEvents answers 404 to an unknown task", async () => {
  await using runner = await startRunner();
  await assertProblem(await runner.send("/v1/tasks/none/events"), 404, "not_found");
});

test("taskEvents answers 204 to a client that has the terminal event", async () => {
  await using runner = await startRunner();
  const claim = await startTask(runner);
  await runner.store.finish(claim, cancelled);
  const headers = { "last-event-id": "3" };
  const response = await runner.send(claim.path, { headers });
  assert.deepEqual([response.status, await response.text()], [204, ""]);
  headers["last-event-id"] = "2";
  assert.deepEqual(await idsOf(await runner.send(claim.path, { headers })), ["3"]);
});

test("taskEvents resyncs a client whose cursor is beyond the journal", async () => {
  await using runner = await startRunner();
  const claim = await startTask(runner);
  await runner.store.finish(claim, cancelled);
  const all = await Array.fromAsync(messages(await runner.send(`${claim.path}?after=9`)));
  const resync = { kind: "message", id: "0", event: "resync", data: '{"after":9}' };
  assert.deepEqual(all[0], resync);
  assert.deepEqual(
    all.map(({ id }) => id),
    ["0", ...upTo(3)],
  );
});

test("taskEvents sends a comment after each silent heartbeat", async () => {
  await using runner = await startRunner({ heartbeatMs: 10 });
  const { path } = await startTask(runner);
  let beats = 0;
  for await (const item of eventStream(await runner.send(path))) {
    if (item.kind === "comment") beats += 1;
    if (beats === 3) break;
  }
  await runner.store.watches.until(0);
});

test("taskEvents refuses a write timeout that a silent stream would run into", async () => {
  await using runner = await startRunner();
  const timing = { heartbeatMs: 50, writeTimeoutMs: 50 };
  assert.throws(
    () => taskEvents({ store: runner.store, closing: runner.closing.signal, ...timing }),
    /^RangeError: Cannot time writes: 50 ms is within a heartbeat/,
  );
});

test("taskEvents lets go of everything when its client hangs up", async () => {
  await using runner = await startRunner();
  const { path } = await startTask(runner);
  const hangUp = new AbortController();
  await runner.send(path, { signal: hangUp.signal });
  await runner.store.watches.until(1);
  assert.equal(runner.clients.value, 1);
  hangUp.abort();
  await runner.store.watches.until(0);
  await runner.clients.until(0);
  assert.deepEqual(runner.errors, []);
});

test("taskEvents ends all streams when the runner closes, new ones at once, each with what there is", async () => {
  await using runner = await startRunner();
  const { path } = await startTask(runner);
  const streams = await Promise.all([runner.send(path), runner.send(path)]);
  const reading = Promise.all(streams.map(idsOf));
  await runner.store.watches.until(2);
  runner.closing.abort();
  assert.deepEqual(await reading, [upTo(2), upTo(2)]);
  assert.deepEqual(await idsOf(await runner.send(path)), upTo(2));
  assert.equal(runner.store.watches.value, 0);
});

test("taskEvents ends with an error event when the store fails in mid-stream", async () => {
  await using runner = await startRunner({ heartbeatMs: 10 });
  const stream = await startedStream(runner);
  using other = new DatabaseSync(join(runner.folder, "cicd-runner.db"));
  other.exec("ALTER TABLE event RENAME TO gone");
  assert.deepEqual(await endOf(stream), [503, "store_unavailable"]);
  assert.deepEqual(
    runner.errors.map(({ code }) => code),
    ["store_unavailable"],
  );
  await runner.clients.until(0);
});

test("taskEvents ends with an error event, which is no fault, when the store is closed", async () => {
  await using runner = await startRunner({ heartbeatMs: 10 });
  const stream = await startedStream(runner);
  await runner.store[Symbol.asyncDispose]();
  assert.deepEqual(await endOf(stream), [503, "shutting_down"]);
  assert.deepEqual(runner.errors, []);
  await runner.clients.until(0);
});

/** A stream whose client has all that there is. */
async function startedStream(runner: TestRunner): Promise<ReturnType<typeof messages>> {
  const { path } = await startTask(runner);
  const stream = messages(await runner.send(path));
  for (const id of ["1", "2"]) assert.equal((await stream.next()).value?.id, id);
  return stream;
}

/** The problem that a stream ends with. */
async function endOf(stream: ReturnType<typeof messages>): Promise<[status: number, code: string]> {
  const { value } = await stream.next();
  assert.equal(value?.event, "error");
  const { status, code } = Problem.parse(JSON.parse(value.data));
  assert.equal((await stream.next()).done, true);
  return [status, code];
}

function toEntry(item: StreamItem): JournalEntry {
  assert(item.kind === "message");
  const entry = JournalEntry.parse(JSON.parse(item.data));
  assert.deepEqual([item.id, item.event], [String(entry.seq), entry.type]);
  return entry;
}
