import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { type Sealed, seal, sealHeader } from "#shared/seal.ts";
import { assertProblem } from "./assert-problem.ts";
import { handOff } from "./hand-off.ts";
import { secrets, startRunner } from "./start-runner.ts";

const body = JSON.stringify(handOff());

/** The seal of the very request that the tests send, or of one that differs. */
async function sealOf(changed: Partial<Sealed> = {}, secret = secrets[0], now = Date.now()) {
  const bytes = new TextEncoder().encode(body);
  return seal(secret, { method: "POST", path: "/v1/events", body: bytes, ...changed }, now);
}

async function statusWith(value: string | undefined) {
  await using runner = await startRunner();
  const headers = { "content-type": "application/json", ...(value && { [sealHeader]: value }) };
  const url = `http://127.0.0.1:${runner.port}/v1/events`;
  const response = await fetch(url, { method: "POST", headers, body });
  if (response.status === 202) return "accepted";
  assert.deepEqual(await runner.store.tasks({ limit: 1 }), []);
  return (await assertProblem(response, 401, "unauthorized")).detail;
}

test("sealed lets a request with its seal in", async () => {
  assert.equal(await statusWith(await sealOf()), "accepted");
});

test("sealed accepts every secret of a rotation", async () => {
  assert.equal(await statusWith(await sealOf({}, secrets[1])), "accepted");
});

test("sealed refuses a request without a seal", async () => {
  assert.match(await statusWith(undefined), /no seal/);
});

test("sealed refuses a seal that is none", async () => {
  assert.match(await statusWith("v1=abc"), /malformed seal/);
});

test("sealed refuses the seal of another secret", async () => {
  assert.match(await statusWith(await sealOf({}, "not-a-secret-of-it")), /wrong seal/);
});

test("sealed refuses a seal of ten minutes ago, and of the future", async () => {
  assert.match(await statusWith(await sealOf({}, secrets[0], Date.now() - 600_000)), /away/);
  assert.match(await statusWith(await sealOf({}, secrets[0], Date.now() + 600_000)), /away/);
});

test("sealed refuses the seal of another body, path, query or method", async () => {
  const other = new TextEncoder().encode(body.replace("greeting", "Greeting"));
  assert.match(await statusWith(await sealOf({ body: other })), /wrong seal/);
  assert.match(await statusWith(await sealOf({ path: "/v1/event" })), /wrong seal/);
  assert.match(await statusWith(await sealOf({ path: "/v1/events?a=1" })), /wrong seal/);
  assert.match(await statusWith(await sealOf({ method: "PUT" })), /wrong seal/);
});

test("sealed covers the query as it is sent", async () => {
  await using runner = await startRunner();
  assert.equal((await runner.send("/v1/tasks?limit=3&state=queued")).status, 200);
  const stolen = await sealOf({ method: "GET", path: "/v1/tasks?limit=3", body: new Uint8Array() });
  const response = await runner.send("/v1/tasks?limit=4", { headers: { [sealHeader]: stolen } });
  await assertProblem(response, 401, "unauthorized");
});

test("sealed guards every path under /v1, also those that there are not", async () => {
  await using runner = await startRunner();
  for (const path of ["/v1/tasks", "/v1/sessions", "/v1/nothing", "/v1/tasks/1/events"]) {
    const response = await runner.send(path, { headers: { [sealHeader]: "" } });
    await assertProblem(response, 401, "unauthorized");
  }
});

test("sealed takes a body that ends early for no fault of the runner", async () => {
  await using runner = await startRunner();
  const socket = connect({ port: runner.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.end("POST /v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nhalf");
  let answer = "";
  for await (const text of socket.setEncoding("utf8")) answer += text;
  assert.match(answer, /^HTTP\/1\.1 400 /);
  assert.deepEqual(runner.errors, []);
});
