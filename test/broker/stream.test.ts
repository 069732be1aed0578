import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { textBlock } from "../messages-api/blocks.ts";
import { drop, message, stall, text } from "../messages-api/reply.ts";
import { until } from "../until.ts";
import { rawApi, scene, sceneWithApi } from "./scene.ts";

/** All of an answer's body that came, and whether it came to its end. */
async function readAll(response: Response) {
  let seen = "";
  try {
    for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? [])
      seen += part;
    return { seen, isWhole: true };
  } catch {
    return { seen, isWhole: false };
  }
}

/** An API whose answers the test writes. */
async function manualApi() {
  const responses: ServerResponse[] = [];
  const api = await rawApi((request, response) => {
    request.resume();
    responses.push(response);
  });
  const next = async () => {
    await until(() => responses.length > 0);
    const response = responses.shift();
    assert(response);
    return response;
  };
  return { ...api, next };
}

const eventStream = { "content-type": "text/event-stream" };
const start = `event: message_start\ndata: ${JSON.stringify({
  type: "message_start",
  message: { model: "m", usage: { input_tokens: 5, output_tokens: 1 } },
})}\n\n`;

test("a chunk reaches the process before the next one is sent", async () => {
  await using api = await manualApi();
  await using s = await scene(api.url);
  const asked = s.ask();
  const upstream = await api.next();
  upstream.writeHead(200, eventStream).flushHeaders();
  const response = await asked;
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body?.getReader();
  for (const part of [start, "data: a", "b\n\n", ": ping\n\n"]) {
    upstream.write(part);
    const { value } = (await reader?.read()) ?? {};
    assert.equal(new TextDecoder().decode(value), part);
  }
  assert.equal(s.access.active, 1);
  upstream.end();
  assert.equal((await reader?.read())?.done, true);
  assert.equal(s.access.active, 0);
});

test("the usage is told before the process has the whole stream", async () => {
  const usage = {
    input_tokens: 7,
    output_tokens: 11,
    cache_read_input_tokens: 13,
    cache_creation_input_tokens: 17,
  };
  for (const stream of [true, false]) {
    await using s = await sceneWithApi(() => message({ blocks: [textBlock("Hello")], usage }));
    const { isWhole } = await readAll(await s.ask({ stream }));
    assert(isWhole);
    assert.deepEqual(s.usages, [{ model: "claude-test", ...usage }]);
    assert.deepEqual([s.errors, s.access.active], [[], 0]);
  }
});

test("a process that leaves ends its request to the API", async () => {
  const { promise: forever } = Promise.withResolvers<never>();
  for (const reply of [() => text("begun", forever), () => forever]) {
    await using s = await sceneWithApi(reply);
    const leave = new AbortController();
    const asked = s.ask({ signal: leave.signal }).then(readAll);
    const request = await s.api.request(0);
    leave.abort();
    await asked.catch(() => {});
    await request.aborted;
    await until(() => s.access.active === 0);
    assert.deepEqual(s.errors, []);
  }
});

test("the usage until a process leaves is told before its access is idle", async () => {
  const { promise: forever } = Promise.withResolvers<never>();
  await using s = await sceneWithApi(() => text("begun", forever));
  const leave = new AbortController();
  const reader = (await s.ask({ signal: leave.signal })).body?.getReader();
  await reader?.read();
  const idle = s.access.idle();
  leave.abort();
  await idle;
  assert.deepEqual([s.usages.length, s.access.active], [1, 0]);
});

test("a stream of the API that breaks off breaks off for the process, behind all that came", async () => {
  await using s = await sceneWithApi(() => drop({ after: "text", text: "half an ans" }));
  const { seen, isWhole } = await readAll(await s.ask());
  assert(!isWhole);
  assert(seen.includes("half an ans"));
  assert.equal(s.usages[0]?.output_tokens, 1);
  assert.equal(s.errors.length, 1);
  assert.match(String(s.errors[0]), /^CicdError: Cannot reach model API: /);
  assert.equal(s.access.active, 0);
});

test("an API that hangs up before it answers is a fault that the CLI repeats", async () => {
  await using s = await sceneWithApi(() => drop({ after: "connect" }));
  assert.equal((await s.ask()).status, 502);
  assert.equal(s.access.active, 0);
});

test("an API that does not begin to answer is cut off", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  await using api = await manualApi();
  await using s = await scene(api.url, {}, { firstByteTimeout: 50 });
  const asked = s.ask();
  const upstream = await api.next();
  t.mock.timers.tick(50);
  const response = await asked;
  assert.equal(response.status, 504);
  assert.deepEqual(await response.json(), {
    type: "error",
    error: { type: "timeout_error", message: "Cannot reach model API: no byte in 50 ms" },
  });
  if (!upstream.destroyed) await once(upstream, "close");
  assert.deepEqual([s.errors.length, s.access.active], [1, 0]);
});

test("a stream that stalls is cut off, and breaks off for the process", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  await using s = await sceneWithApi(() => stall({ after: "text" }), {}, { idleTimeout: 50 });
  const response = await s.ask();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let seen = ""; !seen.includes("Cut off"); ) {
    const { value } = (await reader?.read()) ?? {};
    seen += value ?? assert.fail(`it ended behind ${seen}`);
  }
  t.mock.timers.tick(50);
  await assert.rejects(async () => await reader?.read());
  assert.deepEqual(s.errors.map(String), ["CicdError: Cannot reach model API: no byte in 50 ms"]);
  await s.api.requests[0]?.aborted;
  assert.deepEqual([s.usages.length, s.access.active], [1, 0]);
});

test("an API that compresses all the same is read and passed on as text", async () => {
  const body = JSON.stringify({ model: "m", usage: { input_tokens: 5, output_tokens: 6 } });
  await using api = await rawApi(({ headers }, response) => {
    assert.equal(headers["accept-encoding"], "identity");
    response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
    response.end(gzipSync(body));
  });
  await using s = await scene(api.url);
  const response = await s.ask();
  assert.equal(response.headers.get("content-encoding"), null);
  assert.equal(await response.text(), body);
  assert.equal(s.usages[0]?.output_tokens, 6);
});

test("what can't be metered is passed on all the same, and told", async () => {
  const body = "event: message_start\ndata: {not JSON\n\nevent: message_stop\ndata: {}\n\n";
  await using api = await rawApi((_request, response) => {
    response.writeHead(200, eventStream).end(body);
  });
  await using s = await scene(api.url);
  assert.deepEqual(await readAll(await s.ask()), { seen: body, isWhole: true });
  assert.match(String(s.errors[0]), /Cannot meter answer of the model/);
});

test("the end of the broker breaks off what is open", async () => {
  const { promise: forever } = Promise.withResolvers();
  await using s = await sceneWithApi(() => text("begun", forever));
  const response = await s.ask();
  await s.broker[Symbol.asyncDispose]();
  assert(!(await readAll(response)).isWhole);
  await s.api.requests[0]?.aborted;
  await assert.rejects(s.ask());
});
