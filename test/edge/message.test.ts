import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import { MessageAccepted, type MessageAnswer } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { assertProblem } from "#test/runner-http/assert-problem.ts";
import { apiTokens } from "./settings.ts";
import { refuse, sendJson } from "./stand-in-runner.ts";
import { type RunningEdge, startEdge } from "./start-edge.ts";

const sessionId = "0f0e0d0c-0b0a-5908-8706-050403020100";
const path = `/v1/sessions/${sessionId}/messages`;

function post({ url }: RunningEdge, body: string, to = path): Promise<Response> {
  return fetch(url + to, {
    method: "POST",
    headers: {
      authorization: `Bearer ${apiTokens.write}`,
      "content-type": "application/json; charset=utf-8",
    },
    body,
  });
}

test("a message reaches the runner as it came, sealed, and its answer gets links to the task", async () => {
  await using edge = await startEdge();
  const task_id = v7();
  const answers: MessageAnswer[] = [
    { outcome: "queued", task_id, session_id: sessionId },
    { outcome: "delivered", task_id, message_id: v7() },
  ];
  for (const answer of answers) {
    edge.runner.answer = (_, response) => sendJson(response, 202, answer);
    const body = JSON.stringify({ text: `Why? \u2028 ${answer.outcome}` });
    const response = await post(edge, body);
    assert.equal(response.status, 202);
    const accepted = MessageAccepted.parse(await response.json());
    const { status_url, events_url, ...rest } = accepted;
    assert.deepEqual(rest, answer);
    const request = edge.runner.requests.at(-1);
    assert.deepEqual([request?.method, request?.path, request?.body], ["POST", path, body]);
    assert.equal(request?.headers["content-type"], "application/json; charset=utf-8");
    assert.notEqual((await fetch(status_url)).status, 401);
    assert(events_url.startsWith(`${edge.url}/v1/tasks/${task_id}/events?token=`));
  }
});

test("a message that the runner refuses: its problem is passed on", async () => {
  await using edge = await startEdge();
  edge.runner.answer = (_, response) =>
    refuse(new CicdError("not_found", "Cannot find session: 1"), response);
  const response = await post(edge, "{}");
  assert.equal(response.status, 404);
  assert.match(await response.text(), /Cannot find session: 1/);
});

test("a message that is answered by something else than the runner's answer: 503", async () => {
  await using edge = await startEdge();
  edge.runner.answer = (_, response) => sendJson(response, 202, { outcome: "lost" });
  await assertProblem(await post(edge, "{}"), 503, "runner_unavailable");
});

test("bodies of the API: as large as the longest message may be, and no larger", async () => {
  await using edge = await startEdge();
  const permission = `/v1/tasks/${v7()}/permissions/q1`;
  for (const to of [path, permission]) {
    const longest = `{"text":"${"\\u2028".repeat(20_000)}"}`;
    assert.ok((await post(edge, longest, to)).ok);
    assert.equal(edge.runner.requests.at(-1)?.body, longest);
    edge.runner.requests.splice(0);
    const large = await post(edge, " ".repeat(131_073), to);
    await assertProblem(large, 413, "payload_too_large");
    assert.deepEqual(edge.runner.requests, []);
  }
});

test("a permission's answer is passed on under the very ids that were asked for", async () => {
  await using edge = await startEdge();
  const to = `/v1/tasks/${v7()}/permissions/Q-1_z`;
  assert.equal((await post(edge, '{"behavior":"allow"}', to)).status, 200);
  assert.equal(edge.runner.requests[0]?.path, to);
  assert.equal(edge.runner.requests[0]?.body, '{"behavior":"allow"}');
  for (const id of ["..%2Fcancel", "a%2Fb", "x".repeat(129)]) {
    const response = await post(edge, "{}", to.replace("Q-1_z", id));
    await assertProblem(response, 404, "not_found");
  }
  assert.equal(edge.runner.requests.length, 1);
});
