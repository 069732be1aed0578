import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { CicdError } from "#shared/error.ts";
import { assertProblem } from "#test/runner-http/assert-problem.ts";
import { until } from "#test/until.ts";
import { apiTokens } from "./settings.ts";
import { type Answer, refuse } from "./stand-in-runner.ts";
import { startEdge, type TestEdge } from "./start-edge.ts";

const headers = { authorization: `Bearer ${apiTokens.read}` };
const task = "/v1/tasks/01890a5d-ac96-774b-bcce-b302099a8057";

/** A stream that has begun in time: on a busy machine the first one may not. */
async function begun({ url, runner }: TestEdge): Promise<Response> {
  const responses: Response[] = [];
  await until(async () => {
    runner.requests.length = 0;
    responses.unshift(await fetch(`${url}${task}/events`, { headers }));
    return responses[0]?.ok === true;
  });
  return responses[0] ?? assert.fail("no stream");
}

test("relay ends the client's stream when no runner goes on with it in time", async () => {
  await using edge = await startEdge({ environment: { EDGE_RUNNER_TIMEOUT: "100ms" } });
  const opened: ServerResponse[] = [];
  edge.runner.answer = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write(":\n\n");
    opened.push(response);
  };
  const { body } = await begun(edge);
  assert(body);
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  assert.deepEqual(await reader.read(), { done: false, value: ":\n\n" });
  edge.runner.answer = (_, response) => refuse(new CicdError("shutting_down", "No"), response);
  const troubled = "event: error\ndata: {}\n\n";
  opened.at(-1)?.end(troubled);
  assert.deepEqual(await reader.read(), { done: false, value: troubled });
  assert.equal((await reader.read()).done, true);
  assert.ok(edge.runner.requests.length > 1);
});

test("relay does not ask in a frenzy for streams that bring nothing, and gives up in time", async () => {
  await using edge = await startEdge({ environment: { EDGE_RUNNER_TIMEOUT: "500ms" } });
  edge.runner.answer = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).end("retry: 2000\n\n");
  };
  const response = await begun(edge);
  assert.match(await response.text(), /^(?:retry: 2000\n\n)+$/);
  assert.ok(edge.runner.requests.length < 8, `asked ${edge.runner.requests.length} times`);
});

test("relay asks no more when there is nothing more to come: 204, or a task that is gone", async () => {
  await using edge = await startEdge();
  const answers: Answer[] = [
    (_, response) => response.writeHead(204).end(),
    (_, response) => refuse(new CicdError("not_found", "No such task"), response),
  ];
  for (const last of answers) {
    edge.runner.requests.length = 0;
    edge.runner.answer = (_, response) => {
      edge.runner.answer = last;
      response.writeHead(200, { "content-type": "text/event-stream" }).end(": here\n\n");
    };
    const response = await fetch(`${edge.url}${task}/events`, { headers });
    assert.equal(await response.text(), ": here\n\n");
    assert.equal(edge.runner.requests.length, 2);
  }
});

test("relay answers 503 when the runner's JSON breaks off", async () => {
  await using edge = await startEdge();
  edge.runner.answer = (_, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "9" });
    response.write("{", () => response.destroy());
  };
  const response = await fetch(edge.url + task, { headers });
  await assertProblem(response, 503, "runner_unavailable");
});

test("relay passes the runner's problem on, with the id of the request", async () => {
  await using edge = await startEdge();
  edge.runner.answer = ({ headers: sent }, response) => {
    response.setHeader("x-seen", String(sent["x-request-id"]));
    refuse(new CicdError("not_found", "Cannot find task"), response);
  };
  const response = await fetch(edge.url + task, { headers: { ...headers, "x-request-id": "one" } });
  assert.equal(response.status, 404);
  assert.match(await response.text(), /Cannot find task/);
  assert.equal(response.headers.get("x-request-id"), "one");
  assert.equal(edge.runner.requests[0]?.headers["x-request-id"], "one");
  assert.equal(response.headers.get("x-seen"), null);
});

test("relay answers 503 to what is no answer of the runner: a tunnel's page or redirect", async () => {
  await using edge = await startEdge();
  edge.runner.answer = (_, response) => {
    response.writeHead(502, { "content-type": "text/html" }).end("<h1>secret host</h1>");
  };
  const page = await fetch(edge.url + task, { headers });
  const { detail } = await assertProblem(page, 503, "runner_unavailable");
  assert.doesNotMatch(detail, /secret/);
  // One that is followed comes back here.
  edge.runner.requests.length = 0;
  edge.runner.answer = ({ path }, response) => response.writeHead(302, { location: path }).end();
  const redirect = await fetch(edge.url + task, { headers });
  await assertProblem(redirect, 503, "runner_unavailable");
  assert.equal(edge.runner.requests.length, 1);
});

test("relay answers HEAD with the headers, and leaves no stream open at the runner", async () => {
  await using edge = await startEdge();
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  edge.runner.answer = (_, response) => {
    response.once("close", resolve);
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
  };
  const response = await fetch(`${edge.url}${task}/events`, { method: "HEAD", headers });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  await closed;
});

test("runner_timeout covers the beginning of a stream, and not what follows", async () => {
  await using edge = await startEdge({ environment: { EDGE_RUNNER_TIMEOUT: "100ms" } });
  edge.runner.answer = () => {};
  const last = "id: 1\nevent: task.failed\ndata: {}\n\n";
  const late = await fetch(edge.url + task, { headers });
  const { detail } = await assertProblem(late, 503, "runner_unavailable");
  assert.equal(detail, "Cannot reach runner: no answer within 100 ms");
  edge.runner.answer = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    setTimeout(() => response.end(last), 200);
  };
  const slow = await begun(edge);
  assert.equal(await slow.text(), last);
});
