import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { type Listening, listen } from "#runner/http/listen.ts";

test("listen serves at its url, on IPv6 too, and not once it is closed", async () => {
  for (const [host, origin] of [
    ["127.0.0.1", "http://127.0.0.1"],
    ["::1", "http://[::1]"],
  ] as const) {
    const server = await serve(() => new Response("hello"), host);
    assert.equal(server.url.slice(0, server.url.lastIndexOf(":")), origin);
    assert.equal(await (await fetch(server.url)).text(), "hello");
    await server.close(60_000);
    await assert.rejects(fetch(server.url), TypeError);
  }
});

test("listen refuses an address that is in use, and says which", async () => {
  const server = await serve(() => new Response());
  const { hostname, port } = new URL(server.url);
  await assert.rejects(
    listen({ fetch: () => new Response(), host: hostname, port: Number(port) }),
    {
      code: "config_invalid",
      message: new RegExp(`^Cannot listen on ${hostname}:${port}: .*EADDRINUSE`),
    },
  );
  await server.close(0);
});

test("close lets a request end that has begun, and resolves after it", async () => {
  const { begun, answer, server } = await serveOnce();
  const response = fetch(server.url).then((got) => got.text());
  await begun;
  let closed = false;
  const closing = server.close(60_000).then(() => {
    closed = true;
  });
  await assert.rejects(fetch(server.url), TypeError);
  assert.equal(closed, false);
  answer(new Response("at last"));
  assert.equal(await response, "at last");
  await closing;
});

test("close does not wait for a connection that is kept alive after a streamed answer", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const server = await serve(() => new Response(readable));
  const writer = writable.getWriter();
  const written = writer.write(new TextEncoder().encode("at last"));
  const response = await fetch(server.url);
  await written;
  const closing = server.close(60_000);
  await writer.close();
  assert.equal(await response.text(), "at last");
  await closing;
});

test("close does not wait for a connection that was opened and never used", async () => {
  const server = await serve(() => new Response());
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  // The server knows of it when it has answered another that came later.
  await (await fetch(server.url)).text();
  const ended = once(socket, "close");
  await server.close(60_000);
  await ended;
});

test("close lets a connection that was opened before bring its request", async () => {
  const server = await serve(() => new Response("hello"));
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  await (await fetch(server.url)).text();
  const closing = server.close(60_000);
  socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
  assert.match(await text(socket), /^HTTP\/1\.1 200 .*hello/s);
  await closing;
});

test("close cuts off a request that outlasts the grace", async () => {
  const { begun, server } = await serveOnce();
  const response = assert.rejects(fetch(server.url), TypeError);
  await begun;
  await server.close(10);
  await response;
});

function serve(fetch: () => Response | Promise<Response>, host = "127.0.0.1"): Promise<Listening> {
  return listen({ fetch, host, port: 0 });
}

/** A server whose answer is given by the test; `begun` resolves when the request is there. */
async function serveOnce() {
  const request = Promise.withResolvers<void>();
  const response = Promise.withResolvers<Response>();
  const server = await serve(() => {
    request.resolve();
    return response.promise;
  });
  return { begun: request.promise, answer: response.resolve, server };
}
