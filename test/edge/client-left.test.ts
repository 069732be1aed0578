import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { until } from "#test/until.ts";
import { apiTokens } from "./settings.ts";
import { startEdge } from "./start-edge.ts";

const path = "/v1/tasks/01890a5d-ac96-774b-bcce-b302099a8057/events";
const headers = { authorization: `Bearer ${apiTokens.read}` };

test("relay ends the runner's stream when the client leaves, though nothing is sent", async (t) => {
  await using edge = await startEdge();
  const logged = t.mock.method(console, "error", () => {});
  const { promise: opened, resolve } = Promise.withResolvers<ServerResponse>();
  edge.runner.answer = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    resolve(response);
  };
  const client = new AbortController();
  const response = await fetch(edge.url + path, { headers, signal: client.signal });
  assert.equal(response.status, 200);
  const closed = once(await opened, "close");
  client.abort();
  await closed;
  assert.deepEqual(edge.errors, []);
  assert.equal(logged.mock.callCount(), 0);
});

test("relay ends the wait for the runner when the client leaves, and calls it no error", async () => {
  await using edge = await startEdge({ environment: { EDGE_RUNNER_TIMEOUT: "1m" } });
  const { promise: opened, resolve } = Promise.withResolvers<ServerResponse>();
  edge.runner.answer = (_, response) => resolve(response);
  const client = new AbortController();
  const answer = fetch(edge.url + path, { headers, signal: client.signal });
  const closed = once(await opened, "close");
  client.abort();
  await assert.rejects(answer, { name: "AbortError" });
  await closed;
  assert.deepEqual(edge.errors, []);
});

test("a webhook whose sender leaves amid its body, declared length or chunks, is refused and no fault of ours", async (t) => {
  await using edge = await startEdge();
  const logged = t.mock.method(console, "error", () => {});
  for (const length of ["content-length: 1000", "transfer-encoding: chunked"]) {
    const socket = connect(Number(new URL(edge.url).port), "127.0.0.1");
    await once(socket, "connect");
    const head = `POST /webhooks/github HTTP/1.1\r\nhost: edge\r\ncontent-type: application/json\r\n${length}`;
    await new Promise((written) => socket.write(`${head}\r\n\r\n4\r\n{"a"\r\n`, written));
    socket.end();
    await until(() => edge.deliveries.length > 0);
    const report = { forge: "github", outcome: "refused", reason: "invalid_request" };
    assert.deepEqual(edge.deliveries.splice(0), [report]);
  }
  assert.deepEqual(edge.errors, []);
  assert.equal(logged.mock.callCount(), 0);
});
