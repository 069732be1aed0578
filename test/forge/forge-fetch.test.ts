import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { test } from "node:test";
import { type ForgeFetchOptions, forgeFetch } from "#runner/forge/forge-fetch.ts";
import { CicdError } from "#shared/error.ts";

/** What a server does with each request, in order; the last one goes on. */
type Turn = (response: ServerResponse, request: IncomingMessage) => void;

const say =
  (status: number, body: unknown = {}, headers: Record<string, string> = {}): Turn =>
  (response) =>
    void response.writeHead(status, headers).end(JSON.stringify(body));
const hangUp: Turn = (response) => void response.destroy();
const silence: Turn = () => {};

/** A server and a fetch to it; `writes` counts what `beforeWrite` was asked. */
async function setScene(turns: readonly Turn[], more: Partial<ForgeFetchOptions> = {}) {
  const seen: { method: string; at: number }[] = [];
  const server = createServer((request, response) => {
    const turn = turns[Math.min(seen.length, turns.length - 1)];
    seen.push({ method: request.method ?? "", at: performance.now() });
    turn?.(response, request);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  let writes = 0;
  const fetch = forgeFetch({
    forge: "github",
    scopes: "a scope",
    signal: new AbortController().signal,
    beforeWrite: async () => {
      writes += 1;
    },
    ...more,
  });
  return {
    seen,
    writes: () => writes,
    send: (method = "GET", request: Parameters<typeof fetch>[1] = {}) =>
      fetch(`http://127.0.0.1:${port}/things`, { ...request, method }),
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The error that a promise rejects with. */
async function errorOf(promise: Promise<unknown>): Promise<CicdError> {
  const thrown = await promise.then(
    () => assert.fail("it succeeded"),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof CicdError, String(thrown));
  return thrown;
}

for (const status of [403, 429]) {
  test(`forgeFetch, ${status} with Retry-After: waits so long and tries again, a write too`, async () => {
    const limited = say(status, { message: "secondary rate limit" }, { "retry-after": "1" });
    await using scene = await setScene([limited, say(201, { id: 1 })]);
    const response = await scene.send("POST");
    assert.deepEqual([response.status, await response.json()], [201, { id: 1 }]);
    const [first, second] = scene.seen;
    assert(first && second && second.at - first.at >= 990);
    assert.equal(scene.writes(), 2);
  });
}

test("forgeFetch, a limit that lasts longer than it may wait: forge_rate_limited with the time", async () => {
  await using scene = await setScene([say(429, {}, { "retry-after": "3600" })]);
  const error = await errorOf(scene.send());
  assert.deepEqual(
    [error.code, error.category, error.retryAfter],
    ["forge_rate_limited", "transient", 3600],
  );
  assert.equal(scene.seen.length, 1);
});

test("forgeFetch, a limit that is used up: waits until it is renewed", async () => {
  const reset = String(Math.ceil(Date.now() / 1000) + 1);
  const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset };
  await using scene = await setScene([say(403, {}, headers), say(200)]);
  await scene.send();
  assert(Date.now() / 1000 >= Number(reset));
});

for (const [name, headers] of [
  ["not to wait", { "retry-after": "0" }],
  [
    "a time that is near by its own clock alone",
    {
      date: new Date(Date.now() + 3_600_000).toUTCString(),
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(Math.floor(Date.now() / 1000) + 3600 + 1),
    },
  ],
] as const) {
  test(`forgeFetch, a limit that says ${name}: the forge is left alone for a second`, async () => {
    await using scene = await setScene([say(429, {}, headers), say(200)]);
    await scene.send();
    const [first, second, ...more] = scene.seen;
    assert(first && second && second.at - first.at >= 990);
    assert.equal(more.length, 0);
  });
}

test("forgeFetch, waiting for a limit: an abort ends it at once, with its reason", async () => {
  const abort = new AbortController();
  const limited: Turn = (response, request) => {
    say(429, {}, { "retry-after": "30" })(response, request);
    response.once("close", () => abort.abort(new Error("stopped")));
  };
  await using scene = await setScene([limited], { signal: abort.signal });
  await assert.rejects(scene.send(), /stopped/);
});

for (const [name, turn] of [
  ["500", say(500)],
  ["503", say(503, {}, { "retry-after": "30" })],
  ["a connection that is dropped", hangUp],
] as const) {
  test(`forgeFetch, ${name}: reading and PUT are tried again, what may have added something is not`, async () => {
    for (const [method, tries] of [
      ["GET", 3],
      ["PUT", 3],
      ["POST", 1],
      ["PATCH", 1],
    ] as const) {
      await using scene = await setScene([turn]);
      const error = await errorOf(scene.send(method));
      assert.deepEqual([error.code, scene.seen.length], ["forge_unavailable", tries], method);
    }
  });
}

test("forgeFetch, trouble that passes: the caller never sees it", async () => {
  await using scene = await setScene([say(502), hangUp, say(200, [1])]);
  assert.deepEqual(await (await scene.send()).json(), [1]);
});

test("forgeFetch, aborted: a change that is on its way is waited for, and no other is begun", async () => {
  const stop = new AbortController();
  const abortFirst: Turn = (response) => {
    stop.abort(new Error("Not wanted any more"));
    // A forge that takes a moment.
    setTimeout(() => response.writeHead(201).end("{}"), 50);
  };
  await using scene = await setScene([abortFirst], { signal: stop.signal });
  assert.equal((await scene.send("POST")).status, 201);
  await assert.rejects(scene.send("POST"), /Not wanted any more/);
  assert.equal(scene.seen.length, 1);
});

test("forgeFetch, aborted while the forge says nothing: given up", async () => {
  const stop = new AbortController();
  const abort: Turn = () => stop.abort(new Error("Not wanted any more"));
  await using scene = await setScene([abort], { signal: stop.signal });
  await assert.rejects(scene.send("POST"), /Not wanted any more/);
  await using other = await setScene([abort], { signal: stop.signal });
  await assert.rejects(other.send("GET"), /Not wanted any more/);
});

test("forgeFetch, no answer: given up after its time", async () => {
  await using scene = await setScene([silence], { timeout: 100 });
  const error = await errorOf(scene.send("POST"));
  assert.equal(error.code, "forge_unavailable");
});

for (const [status, code, hint] of [
  [401, "forge_refused", /a scope/],
  [403, "forge_refused", /a scope/],
  [404, "forge_refused", /a scope/],
  [302, "forge_refused", /redirects/],
  [422, "forge_rejected", /^$/],
] as const) {
  test(`forgeFetch, ${status}: ${code}, with what the forge said and what to do`, async () => {
    const body = { message: "No\nnot that" };
    await using scene = await setScene([say(status, body, { location: "http://127.0.0.1:9/" })]);
    const error = await errorOf(scene.send());
    assert.equal(error.code, code);
    assert.match(error.message, /GET \/things: No not that/);
    assert.match(error.hint ?? "", hint);
    assert.equal(scene.seen.length, 1);
  });
}

test("forgeFetch, a host that may not write any more: sends nothing", async () => {
  await using scene = await setScene([say(200)], {
    beforeWrite: async () => {
      throw new CicdError("conflict", "Task is no longer this host's");
    },
  });
  assert.equal((await errorOf(scene.send("POST"))).code, "conflict");
  assert.equal(scene.seen.length, 0);
  await scene.send("GET");
});

test("forgeFetch, tail: of a long answer the end is kept, and so many bytes alone", async () => {
  const long: Turn = (response) => {
    for (let part = 0; part < 50; part += 1) response.write("x".repeat(1000));
    response.end("the end");
  };
  await using scene = await setScene([long, say(200, "all")]);
  const send = async () => await (await scene.send("GET", { tail: 2500 })).text();
  assert.equal(await send(), `${"x".repeat(2493)}the end`);
  assert.equal(await send(), '"all"');
});
