import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import { HandOffAnswer } from "#shared/api.ts";
import { seal, sealHeader } from "#shared/seal.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import { assertProblem } from "./assert-problem.ts";
import { handOff } from "./hand-off.ts";
import { secrets, startRunner } from "./start-runner.ts";

const post = { method: "POST" };

test("POST /v1/events answers 202 when the task is in the store", async () => {
  const deliveries: unknown[] = [];
  await using runner = await startRunner({ onDelivery: (delivery) => deliveries.push(delivery) });
  const body = handOff();
  const response = await runner.send("/v1/events", { ...post, body });
  assert.equal(response.status, 202);
  assert.deepEqual(HandOffAnswer.parse(await response.json()), {
    outcome: "accepted",
    task_id: body.task_id,
    session_id: sessionIdOf(body.event),
  });
  assert.equal((await runner.store.task(body.task_id))?.state, "queued");
  assert.deepEqual(deliveries, [{ forge: "github", outcome: "accepted" }]);
});

test("POST /v1/events answers 200 with the first task for a known delivery", async () => {
  const deliveries: unknown[] = [];
  await using runner = await startRunner({ onDelivery: ({ outcome }) => deliveries.push(outcome) });
  const first = handOff();
  await runner.send("/v1/events", { ...post, body: first });
  const again = { ...handOff({ delivery: first.delivery_id }), event: first.event };
  const response = await runner.send("/v1/events", { ...post, body: again });
  assert.equal(response.status, 200);
  const answer = HandOffAnswer.parse(await response.json());
  assert.deepEqual([answer.outcome, answer.task_id], ["duplicate", first.task_id]);
  assert.deepEqual(deliveries, ["accepted", "duplicate"]);
});

test("POST /v1/events knows what waited at its edge by that one's clock, and what is old by the forge's", async () => {
  await using runner = await startRunner();
  const minute = 60_000;
  const now = Date.now();
  const timeOf = (offset: number) => new Date(now + offset).toISOString();
  const push = async (about: { changed: number; delivered: number; sent: number }) => {
    const { event, ...rest } = handOff({ number: 1, delivery: v7() });
    const { pull_request } = event;
    const told = { ...pull_request, updated_at: timeOf(about.changed) };
    const delivered_at = timeOf(about.delivered);
    const body = JSON.stringify({ ...rest, event: { ...event, delivered_at, pull_request: told } });
    const sealed = { method: "POST", path: "/v1/events", body: new TextEncoder().encode(body) };
    const headers = { [sealHeader]: seal(secrets[0], sealed, now + about.sent) };
    const response = await runner.send("/v1/events", { ...post, body, headers });
    return HandOffAnswer.parse(await response.json()).task_id;
  };
  const bySlowEdge = await push({ changed: 0, delivered: -minute, sent: -minute });
  const byFastEdge = await push({ changed: 0, delivered: minute, sent: minute });
  const newOnesThatWaited = await push({ changed: 1000, delivered: -minute, sent: 0 });
  const old = await push({ changed: 0, delivered: -minute, sent: 0 });
  const oldButAtOnce = await push({ changed: 0, delivered: 0, sent: 0 });
  const ends = [bySlowEdge, byFastEdge, newOnesThatWaited, old].map(
    async (id) => (await runner.store.journal(id, 0, 10)).at(-1)?.data,
  );
  assert.deepEqual(await Promise.all(ends), [
    { by: byFastEdge },
    { by: newOnesThatWaited },
    { by: oldButAtOnce },
    { by: newOnesThatWaited },
  ]);
  assert.equal((await runner.store.task(oldButAtOnce))?.state, "queued");
});

test("POST /v1/events answers 503 when the queue is full, and takes nothing in", async () => {
  const deliveries: unknown[] = [];
  await using runner = await startRunner({
    queueLimit: 1,
    onDelivery: ({ outcome }) => deliveries.push(outcome),
  });
  await runner.send("/v1/events", { ...post, body: handOff() });
  const body = handOff();
  const response = await runner.send("/v1/events", { ...post, body });
  assert.equal(response.headers.get("retry-after"), "5");
  const { detail } = await assertProblem(response, 503, "queue_full");
  assert.equal(detail, "Cannot accept delivery: queue is full with 1 tasks");
  assert.equal(await runner.store.task(body.task_id), undefined);
  assert.deepEqual(deliveries, ["accepted", "full"]);
  assert.deepEqual(runner.errors, []);
});

test("POST /v1/events answers 503 while the runner drains", async () => {
  await using runner = await startRunner({ isDraining: () => true });
  const response = await runner.send("/v1/events", { ...post, body: handOff() });
  assert.equal(response.headers.get("retry-after"), "10");
  await assertProblem(response, 503, "shutting_down");
  assert.deepEqual(await runner.store.tasks({ limit: 1 }), []);
});

test("POST /v1/events answers 415 to all but JSON", async () => {
  await using runner = await startRunner();
  for (const type of ["text/plain", "application/jsonp", "application/x-www-form-urlencoded"]) {
    const headers = { "content-type": type };
    const response = await runner.send("/v1/events", { ...post, body: handOff(), headers });
    const { detail } = await assertProblem(response, 415, "unsupported_media_type");
    assert.match(detail, new RegExp(type));
  }
  const headers = { "content-type": "Application/JSON; charset=utf-8" };
  const response = await runner.send("/v1/events", { ...post, body: handOff(), headers });
  assert.equal(response.status, 202);
});

test("POST /v1/events answers 400 with the path of the first problem", async () => {
  await using runner = await startRunner();
  const good = handOff();
  const bad = { ...good, event: { ...good.event, sender: { login: 7, bot: false } } };
  const response = await runner.send("/v1/events", { ...post, body: bad });
  const { detail } = await assertProblem(response, 400, "invalid_request");
  assert.match(detail, /^Cannot read request: event\.sender\.login: /);
});

test("POST /v1/events answers 400 to a body that is not JSON", async () => {
  await using runner = await startRunner();
  for (const body of ["", "{", "\0"]) {
    const headers = { "content-type": "application/json" };
    const response = await runner.send("/v1/events", { ...post, body, headers });
    const { detail } = await assertProblem(response, 400, "invalid_request");
    assert.equal(detail, "Cannot read request: body is not JSON");
  }
});

test("POST /v1/events answers 413 above 26 MiB, with and without a content length", async () => {
  await using runner = await startRunner();
  const big = new Uint8Array(26 * 1024 ** 2 + 1);
  const url = `http://127.0.0.1:${runner.port}/v1/events`;
  const measured = await fetch(url, { ...post, body: big });
  await assertProblem(measured, 413, "payload_too_large");
  const chunked = await fetch(url, chunkedPost(big));
  await assertProblem(chunked, 413, "payload_too_large");
});

test("POST /v1/events reads a chunked body", async () => {
  await using runner = await startRunner();
  const bytes = new TextEncoder().encode(JSON.stringify(handOff()));
  const sealed = { method: "POST", path: "/v1/events", body: bytes };
  const headers = {
    "content-type": "application/json",
    [sealHeader]: seal(secrets[0], sealed, Date.now()),
  };
  const url = `http://127.0.0.1:${runner.port}/v1/events`;
  assert.equal((await fetch(url, chunkedPost(bytes, headers))).status, 202);
});

/** Sent without a content length, as a stream's is not known. */
function chunkedPost(bytes: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  return { ...post, headers, body: new Blob([bytes]).stream(), duplex: "half" };
}
