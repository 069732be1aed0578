import assert from "node:assert/strict";
import { test } from "node:test";
import { WebhookAccepted } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { Task } from "#shared/task.ts";
import { assertProblem } from "#test/runner-http/assert-problem.ts";
import { until } from "#test/until.ts";
import { delivery } from "./delivery.ts";
import { pullRequestPayload } from "./pull-request-payload.ts";
import { type Answer, refuse, sendJson, takeIn } from "./stand-in-runner.ts";
import { startEdge, type TestEdge } from "./start-edge.ts";

async function deliver({ url }: TestEdge, payload: unknown = pullRequestPayload(), options = {}) {
  return await fetch(`${url}/webhooks/github`, await delivery(payload, options));
}

/** Answers hand-offs like this, and that there is no such task to all else. */
function answerHandOffs(edge: TestEdge, answer: Answer): void {
  edge.runner.answer = (request, response) => {
    if (request.path === "/v1/events") answer(request, response);
    else refuse(new CicdError("not_found", "Cannot find task"), response);
  };
}

/** Checks a 202 for what the runner has not taken, and that it gets it as soon as it takes. */
async function assertKept(edge: TestEdge, reason = "runner_unavailable"): Promise<void> {
  const response = await deliver(edge);
  assert.equal(response.status, 202);
  const { task_id, status_url } = WebhookAccepted.parse(await response.json());
  const report = edge.deliveries.splice(0)[0];
  assert.deepEqual(
    [report?.outcome, report && "reason" in report && report.reason],
    ["kept", reason],
  );
  const task = Task.parse(await (await fetch(status_url)).json());
  assert.deepEqual([task.id, task.state], [task_id, "queued"]);
  edge.runner.answer = takeIn;
  await until(async () => (await edge.outbox.find(task_id)) === undefined);
}

test("handOver keeps what the runner's own 503 codes refuse", async () => {
  await using edge = await startEdge();
  for (const code of ["queue_full", "shutting_down", "store_unavailable"] as const) {
    answerHandOffs(edge, (_, response) => refuse(new CicdError(code, "Cannot accept"), response));
    await assertKept(edge, code);
  }
});

test("handOver keeps the delivery at all else that is no acceptance", async () => {
  await using edge = await startEdge();
  const id = "01890a5d-ac96-774b-bcce-b302099a8057";
  const accepted = { outcome: "accepted", task_id: id, session_id: id };
  for (const status of [400, 404, 500, 503]) {
    answerHandOffs(edge, (_, response) => sendJson(response, status, accepted));
    await assertKept(edge);
  }
  for (const status of [200, 202, 204]) {
    answerHandOffs(edge, (_, response) => sendJson(response, status, { outcome: "accepted" }));
    await assertKept(edge);
  }
  answerHandOffs(edge, (_, response) => response.writeHead(202).end("<html>"));
  await assertKept(edge);
});

test("handOver keeps the delivery when the runner hangs up or is late", async () => {
  const environment = { EDGE_HAND_OFF_TIMEOUT: "50ms", EDGE_RUNNER_TIMEOUT: "100ms" };
  await using edge = await startEdge({ environment });
  answerHandOffs(edge, (_, response) => response.destroy());
  await assertKept(edge);
  answerHandOffs(edge, () => {});
  await assertKept(edge);
  answerHandOffs(edge, (_, response) => response.writeHead(202).flushHeaders());
  await assertKept(edge);
});

test("handOver waits no longer for the runner than edge.hand_off_timeout", async () => {
  await using edge = await startEdge({ environment: { EDGE_HAND_OFF_TIMEOUT: "300ms" } });
  edge.runner.answer = () => {};
  const begun = performance.now();
  assert.equal((await deliver(edge)).status, 202);
  const took = performance.now() - begun;
  assert.ok(took >= 290 && took < 2000, `${took} ms`);
});

test("handOver makes a dead letter of what the runner refuses time and again, and says why", async () => {
  await using edge = await startEdge();
  answerHandOffs(edge, (_, response) =>
    refuse(new CicdError("invalid_request", "Cannot read hand-off: inside"), response),
  );
  const response = await deliver(edge, pullRequestPayload(), { id: "bad-1" });
  const { status_url, task_id } = WebhookAccepted.parse(await response.json());
  await until(async () => (await edge.outbox.health()).dead === 1);
  const [letter] = await edge.outbox.dead(10);
  assert.deepEqual([letter?.delivery_id, letter?.task_id], ["bad-1", task_id]);
  assert.match(letter?.error.message ?? "", /Cannot read hand-off: inside/);
  const text = await (await fetch(status_url)).text();
  assert.equal(Task.parse(JSON.parse(text)).state, "failed");
  // Whoever has a link is no operator.
  assert.doesNotMatch(text, /inside/);
  assert.deepEqual(
    edge.errors.map(({ requestId }) => requestId),
    [response.headers.get("x-request-id")],
  );
});

test("handOver makes a dead letter of what has a wrong seal, with what to do about it", async () => {
  await using edge = await startEdge({ environment: { RUNNER_SECRET: "some-other-secret" } });
  assert.equal((await deliver(edge)).status, 202);
  await until(async () => (await edge.outbox.health()).dead === 1);
  const [letter] = await edge.outbox.dead(10);
  assert.match(letter?.error.hint ?? "", /RUNNER_SECRET/);
  assert.deepEqual(edge.runner.requests, []);
});

test("handOver answers 503 when the outbox is full, and keeps nothing", async () => {
  await using edge = await startEdge({ environment: { EDGE_OUTBOX_SIZE: "200KB" } });
  await edge.runner[Symbol.asyncDispose]();
  let kept = 0;
  let response = await deliver(edge);
  for (; response.status === 202; kept += 1) response = await deliver(edge, bigPayload);
  assert.ok(kept > 1, String(kept));
  assert.match(response.headers.get("retry-after") ?? "", /^\d+$/);
  await assertProblem(response, 503, "queue_full");
  assert.equal((await edge.outbox.health()).depth, kept);
  await assertProblem(await fetch(`${edge.url}/health/ready`), 503, "queue_full");
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

const bigPayload = pullRequestPayload({ body: "x".repeat(30_000) });
