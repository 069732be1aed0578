import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { eventStream, messages } from "#test/runner-http/event-stream.ts";
import { until } from "../until.ts";
import { apiTokens } from "./settings.ts";
import { type Answer, takeIn } from "./stand-in-runner.ts";
import type { RunningEdge } from "./start-edge.ts";

const path = "/v1/tasks/01890a5d-ac96-774b-bcce-b302099a8057/events";
const read = { authorization: `Bearer ${apiTokens.read}` };

/** What live streams do wherever an edge runs; one edge serves them all. */
export function streamSuite(start: () => Promise<RunningEdge>): void {
  let edge: RunningEdge;
  before(async () => {
    edge = await start();
  });
  after(() => edge[Symbol.asyncDispose]());
  beforeEach(() => {
    edge.runner.requests.length = 0;
    edge.runner.answer = takeIn;
  });

  test("events reach the client before the runner sends the next", async () => {
    const { promise: opened, resolve } = Promise.withResolvers<ServerResponse>();
    edge.runner.answer = streamTo(resolve);
    const response = await fetch(edge.url + path, { headers: read });
    const runner = await opened;
    const stream = messages(response);
    for (const id of ["1", "2", "3"]) {
      runner.write(`id: ${id}\nevent: turn.started\ndata: {}\n\n`);
      assert.deepEqual((await stream.next()).value?.id, id);
    }
    runner.end(cancelled(4));
    assert.equal((await stream.next()).value?.id, "4");
    assert.equal((await stream.next()).done, true);
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    assert.equal(response.headers.get("cache-control"), "no-cache, no-transform");
    assert.equal(response.headers.get("x-accel-buffering"), "no");
  });

  test("events go on behind the last whole one when the runner's stream breaks off", async () => {
    const opened: ServerResponse[] = [];
    edge.runner.answer = streamTo((response) => opened.push(response));
    const response = await fetch(`${edge.url}${path}?after=4`, { headers: read });
    const stream = messages(response);
    await until(() => opened.length === 1);
    opened[0]?.write("id: 5\nevent: turn.started\ndata: {}\n\nid: 6\nevent: turn.st");
    assert.equal((await stream.next()).value?.id, "5");
    opened[0]?.destroy();
    await until(() => opened.length === 2);
    assert.equal(edge.runner.requests[1]?.headers["last-event-id"], "5");
    const rest = "id: 6\nevent: turn.started\ndata: {}\n\nid: 7\nevent: task.failed\ndata: {}\n\n";
    opened[1]?.end(rest);
    const seen = [(await stream.next()).value?.id, (await stream.next()).value?.id];
    assert.deepEqual(seen, ["6", "7"]);
    assert.equal((await stream.next()).done, true);
    assert.equal(edge.runner.requests.length, 2);
  });

  test("events pass Last-Event-ID and after on", async () => {
    await fetch(`${edge.url}${path}?after=4`, { headers: { ...read, "last-event-id": "5" } });
    const [request] = edge.runner.requests;
    assert.equal(request?.headers["last-event-id"], "5");
    assert.equal(request?.path, `${path}?after=4`);
  });

  test("events pass a 204 on, which tells an EventSource to stay away", async () => {
    edge.runner.answer = (_, response) => response.writeHead(204).end();
    const response = await fetch(edge.url + path, { headers: read });
    assert.equal(response.status, 204);
  });

  test("events end at the runner when the client leaves", async () => {
    const { promise: opened, resolve } = Promise.withResolvers<ServerResponse>();
    edge.runner.answer = streamTo(resolve);
    const client = new AbortController();
    await fetch(edge.url + path, {
      headers: read,
      signal: client.signal,
    });
    const runner = await opened;
    const closed = once(runner, "close");
    client.abort();
    // workerd looks at the client when it has something to send.
    const timer = setInterval(() => runner.write(":\n\n"), 5);
    await closed;
    clearInterval(timer);
  });

  test("events pass heartbeats on as they come, so that nobody takes the silence for a break", async () => {
    const { promise: opened, resolve } = Promise.withResolvers<ServerResponse>();
    edge.runner.answer = streamTo(resolve);
    const response = await fetch(edge.url + path, { headers: read });
    const runner = await opened;
    const stream = eventStream(response);
    for (const _ of [1, 2]) {
      runner.write(": heartbeat\n\n");
      assert.deepEqual((await stream.next()).value, { kind: "comment", text: "heartbeat" });
    }
    runner.end(cancelled(1));
    assert.equal((await stream.next()).value?.kind, "message");
    assert.equal((await stream.next()).done, true);
  });
}

/** The last event of a task: behind it nobody comes back. */
function cancelled(seq: number): string {
  return `id: ${seq}\nevent: task.cancelled\ndata: {"by":"a test"}\n\n`;
}

/** Begins an event stream as the runner does, and gives its response out. */
function streamTo(opened: (response: ServerResponse) => void): Answer {
  return (_, response) => {
    response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    });
    response.flushHeaders();
    opened(response);
  };
}
