import assert from "node:assert/strict";
import { type IncomingMessage, request } from "node:http";
import { after, before, test } from "node:test";
import * as fc from "fast-check";
import { Problem } from "#shared/problem.ts";
import { type Delivery, delivery } from "./delivery.ts";
import { pullRequestPayload } from "./pull-request-payload.ts";
import { startEdge, type TestEdge } from "./start-edge.ts";

let edge: TestEdge;
before(async () => {
  edge = await startEdge();
});
after(() => edge[Symbol.asyncDispose]());

/** Sends what `fetch` would mend or refuse to send; resolves to status and body. */
async function send(
  path: string,
  { method, headers, body }: Omit<Delivery, "method"> & { method: string },
) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const framed = { ...headers, "content-length": body.length };
  const options = { method, headers: framed, agent: false };
  const outgoing = request(edge.url + path, options, resolve);
  outgoing.once("error", reject).end(body);
  const response = await promise;
  const text = (await response.setEncoding("utf8").toArray()).join("");
  return { status: response.statusCode ?? 0, text };
}

test("webhook refuses a signed body with any one byte changed, added or taken away", async () => {
  const good = await delivery(pullRequestPayload());
  const place = fc.nat({ max: good.body.length - 1 });
  const byte = fc.integer({ min: 0, max: 255 });
  const way = fc.constantFrom("change", "add", "take");
  await fc.assert(
    fc.asyncProperty(place, byte, way, async (at, value, how) => {
      fc.pre(how !== "change" || good.body[at] !== value);
      const put = how === "take" ? [] : [value];
      const rest = good.body.subarray(how === "add" ? at : at + 1);
      const body = Uint8Array.from([...good.body.subarray(0, at), ...put, ...rest]);
      const response = await fetch(`${edge.url}/webhooks/github`, { ...good, body });
      assert.equal(response.status, 401);
    }),
    { numRuns: 150 },
  );
  assert.deepEqual(edge.runner.requests, []);
});

test("webhook answers any bytes and headers with a problem that is the sender's fault", async () => {
  const name = fc.constantFrom(
    "x-hub-signature-256",
    "x-github-event",
    "x-github-delivery",
    "content-type",
    "x-request-id",
    "content-encoding",
    "authorization",
  );
  const printable = fc.oneof(fc.integer({ min: 32, max: 126 }), fc.integer({ min: 128, max: 255 }));
  const text = fc.string({ unit: printable.map((code) => String.fromCharCode(code)) });
  const value = fc.oneof(text, fc.constantFrom("application/json", `sha256=${"0".repeat(64)}`));
  const anything = fc.record({
    path: fc.constantFrom("/webhooks/github", "/webhooks/%00", "/v1/tasks?token=%", "/%ff"),
    method: fc.constantFrom("POST", "GET", "PUT", "DELETE"),
    headers: fc.dictionary(name, value),
    body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Uint8Array.from(bytes)),
  });
  await fc.assert(
    fc.asyncProperty(anything, async ({ path, ...sent }) => {
      const { status, text: answer } = await send(path, sent);
      assert.ok(status >= 400 && status < 500, String(status));
      assert.equal(Problem.parse(JSON.parse(answer)).status, status);
    }),
    { numRuns: 300 },
  );
  assert.deepEqual(edge.errors, []);
});

test("webhook answers any signed JSON with 200, 202 or 400", async () => {
  const good = pullRequestPayload();
  const mangled = fc
    .tuple(fc.constantFrom("action", "repository", "pull_request", "sender"), fc.jsonValue())
    .map(([key, value]) => ({ ...good, [key]: value }));
  const inner = fc
    .tuple(fc.constantFrom(...Object.keys(good.pull_request)), fc.jsonValue())
    .map(([key, value]) => ({ ...good, pull_request: { ...good.pull_request, [key]: value } }));
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), mangled, inner), async (payload) => {
      const signed = await delivery(JSON.stringify(payload));
      const { status } = await fetch(`${edge.url}/webhooks/github`, signed);
      assert.ok([200, 202, 400].includes(status), String(status));
    }),
    { numRuns: 300 },
  );
  assert.deepEqual(edge.errors, []);
});

test("webhook answers any signed bytes with 400, as they are no JSON", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
      const text = new TextDecoder().decode(Uint8Array.from(bytes));
      const signed = await delivery(`{${text}`);
      assert.equal((await fetch(`${edge.url}/webhooks/github`, signed)).status, 400);
    }),
    { numRuns: 100 },
  );
});
