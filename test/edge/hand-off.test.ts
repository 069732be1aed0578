import assert from "node:assert/strict";
import { test } from "node:test";
import { CicdError, type ErrorCode } from "#shared/error.ts";
import { assertProblem } from "#test/runner-http/assert-problem.ts";
import { delivery } from "./delivery.ts";
import { pullRequestPayload } from "./pull-request-payload.ts";
import { refuse, sendJson } from "./stand-in-runner.ts";
import { startEdge, type TestEdge } from "./start-edge.ts";

async function deliver({ url }: TestEdge, payload: unknown = pullRequestPayload(), options = {}) {
  return await fetch(`${url}/webhooks/github`, await delivery(payload, options));
}

/** Checks a 503 that tells the forge to come again, and that the operator hears of it once. */
async function assertUnavailable(edge: TestEdge, code: ErrorCode = "runner_unavailable") {
  const response = await deliver(edge);
  assert.match(response.headers.get("retry-after") ?? "", /^\d+$/);
  const problem = await assertProblem(response, 503, code);
  assert.deepEqual(
    edge.errors.splice(0).map(({ error, requestId }) => [error.code, requestId]),
    [[code, problem.request_id]],
  );
  assert.deepEqual(edge.deliveries.splice(0), [
    { forge: "github", outcome: "failed", reason: code },
  ]);
  return problem;
}

test("handOff passes the runner's own 503 codes on", async () => {
  await using edge = await startEdge();
  for (const code of ["queue_full", "shutting_down", "store_unavailable"] as const) {
    edge.runner.answer = (_, response) => refuse(new CicdError(code, "Cannot accept"), response);
    assert.equal((await assertUnavailable(edge, code)).detail, "Cannot accept");
  }
});

test("handOff answers 503 to all else that is no acceptance", async () => {
  await using edge = await startEdge();
  const id = "01890a5d-ac96-774b-bcce-b302099a8057";
  const accepted = { outcome: "accepted", task_id: id, session_id: id };
  for (const status of [400, 404, 500, 503]) {
    edge.runner.answer = (_, response) => sendJson(response, status, accepted);
    await assertUnavailable(edge);
  }
  for (const status of [200, 202, 204]) {
    edge.runner.answer = (_, response) => sendJson(response, status, { outcome: "accepted" });
    await assertUnavailable(edge);
  }
  edge.runner.answer = (_, response) =>
    refuse(new CicdError("invalid_request", "Cannot read hand-off: inside"), response);
  assert.doesNotMatch((await assertUnavailable(edge)).detail, /inside/);
  edge.runner.answer = (_, response) => response.writeHead(202).end("<html>");
  await assertUnavailable(edge);
});

test("handOff answers 503 when the runner is late, hangs up or is not there", async () => {
  await using edge = await startEdge({ environment: { EDGE_RUNNER_TIMEOUT: "100ms" } });
  edge.runner.answer = () => {};
  assert.match((await assertUnavailable(edge)).detail, /no answer within 100 ms/);
  edge.runner.answer = (_, response) => response.writeHead(202).flushHeaders();
  assert.match((await assertUnavailable(edge)).detail, /no answer within 100 ms/);
  edge.runner.answer = (_, response) => response.destroy();
  assert.match((await assertUnavailable(edge)).detail, /connection failed/);
  await edge.runner[Symbol.asyncDispose]();
  assert.match((await assertUnavailable(edge)).detail, /connection failed/);
});

test("handOff tells the operator what to do when the secrets differ", async () => {
  await using edge = await startEdge({ environment: { RUNNER_SECRET: "some-other-secret" } });
  const { hint } = await assertUnavailable(edge);
  assert.match(hint ?? "", /RUNNER_SECRET/);
  assert.deepEqual(edge.runner.requests, []);
});

test("onDelivery is told of each delivery once, whatever became of it", async () => {
  await using edge = await startEdge();
  const forge = "github";
  await deliver(edge, { zen: "" }, { event: "ping", id: "1" });
  await deliver(edge, pullRequestPayload(), { secret: "another" });
  await deliver(edge, "{");
  const response = await deliver(edge, pullRequestPayload({ action: "closed" }), { id: "2" });
  assert.equal(response.status, 202);
  assert.equal(JSON.parse(edge.runner.requests[0]?.body ?? "").kind, "close");
  const [ignored, unsigned, malformed, accepted] = edge.deliveries;
  assert.deepEqual(
    [ignored, unsigned, malformed],
    [
      {
        forge,
        outcome: "ignored",
        deliveryId: "1",
        code: "not_handled",
        reason: "ping: the webhook works",
      },
      { forge, outcome: "refused", reason: "unauthorized" },
      { forge, outcome: "refused", reason: "invalid_request" },
    ],
  );
  assert.equal(accepted?.outcome, "accepted");
  assert.equal(edge.deliveries.length, 4);
  assert.deepEqual(edge.errors, []);
});
