import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { v7 } from "uuid";
import { WebhookAccepted } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { assertProblem } from "../runner-http/assert-problem.ts";
import { messages } from "../runner-http/event-stream.ts";
import { delivery } from "./delivery.ts";
import { pullRequestPayload } from "./pull-request-payload.ts";
import { apiTokens } from "./settings.ts";
import {
  type Answer,
  refuse,
  type StandInRunner,
  sendJson,
  startStandInRunner,
} from "./stand-in-runner.ts";
import { startEdge } from "./start-edge.ts";

const taskPath = "/v1/tasks/01890a5d-ac96-774b-bcce-b302099a8057";
const headers = { authorization: `Bearer ${apiTokens.write}` };
const busy: Answer = (_, response) => refuse(new CicdError("shutting_down", "Draining"), response);

/** An edge and the two runners behind it. */
async function startScene() {
  await using undo = new AsyncDisposableStack();
  const one = undo.use(await startStandInRunner());
  const two = undo.use(await startStandInRunner());
  const { url } = undo.use(
    await startEdge({ environment: { RUNNER_URL: `${one.url} ${two.url}` } }),
  );
  const resources = undo.move();
  const post = (path: string, body: object) =>
    fetch(url + path, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  return {
    url,
    one,
    two,
    runners: [one, two],
    /** How many requests each has seen. */
    asked: () => [one.requests.length, two.requests.length],
    deliver: async () =>
      await fetch(`${url}/webhooks/github`, await delivery(pullRequestPayload())),
    say: () => post(`/v1/sessions/${v7()}/messages`, { text: "Why?" }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

suite("an edge with several runners", () => {
  for (const index of [0, 1]) {
    test(`hands over to the one that takes it, while runner ${index} is draining`, async () => {
      await using scene = await startScene();
      const draining = scene.runners[index];
      assert(draining);
      draining.answer = busy;
      for (const _ of [1, 2, 3]) {
        const response = await scene.deliver();
        assert.equal(response.status, 202);
        WebhookAccepted.parse(await response.json());
      }
      // It is not asked again while the other one answers.
      assert.ok(draining.requests.length <= 1, `asked ${draining.requests.length} times`);
    });
  }

  test("goes on with the next when the one that it used is gone", async () => {
    await using scene = await startScene();
    await scene.deliver();
    const used = scene.runners.find(({ requests }) => requests.length === 1);
    await used?.[Symbol.asyncDispose]();
    assert.equal((await scene.deliver()).status, 202);
    assert.equal((await fetch(`${scene.url}/health/ready`)).status, 200);
  });

  test("answers with the refusal when all refuse, which says when to come back", async () => {
    await using scene = await startScene();
    for (const runner of scene.runners) {
      runner.answer = (_, response) =>
        refuse(new CicdError("shutting_down", "Stopping", { retryAfter: 7 }), response);
    }
    const response = await fetch(`${scene.url}/v1/tasks`, { headers });
    assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "7"]);
    assert.match(await response.text(), /shutting_down/);
    assert.deepEqual(scene.asked(), [1, 1]);
  });

  test("says what may not be said twice to no other once it may have been heard", async () => {
    await using scene = await startScene();
    let heard = 0;
    for (const runner of scene.runners) {
      runner.answer = ({ path }, response) => {
        if (path === "/health/ready") return sendJson(response, 200, { ready: true });
        heard += 1;
        response.destroy();
      };
    }
    await assertProblem(await scene.say(), 503, "runner_unavailable");
    assert.equal(heard, 1);
  });

  test("says it to no other either when one answers that it may have been heard", async () => {
    await using scene = await startScene();
    let heard = 0;
    for (const runner of scene.runners) {
      runner.answer = ({ path }, response) => {
        if (path === "/health/ready") return sendJson(response, 200, { ready: true });
        heard += 1;
        refuse(new CicdError("host_silent", "Cannot ask b: no answer"), response);
      };
    }
    const response = await scene.say();
    assert.equal(response.status, 504);
    assert.match(await response.text(), /host_silent/);
    assert.equal(heard, 1);
  });

  test("says it to one that is ready", async () => {
    await using scene = await startScene();
    const said: StandInRunner[] = [];
    const answer = { outcome: "queued", task_id: v7(), session_id: v7() };
    scene.one.answer = busy;
    scene.two.answer = ({ path }, response) => {
      if (path !== "/health/ready") said.push(scene.two);
      sendJson(response, path === "/health/ready" ? 200 : 202, answer);
    };
    for (const _ of [1, 2]) assert.equal((await scene.say()).status, 202);
    assert.equal(said.length, 2);
  });

  test("lets a client follow a task from one to the other: each event once, in order", async () => {
    await using scene = await startScene();
    const event = (id: number, type = "turn.started") => `id: ${id}\nevent: ${type}\ndata: {}\n\n`;
    // Each tells two events and the beginning of a third, and is gone.
    const tell: Answer = ({ headers: sent }, response) => {
      const last = Number(sent["last-event-id"] ?? 0);
      response.writeHead(200, { "content-type": "text/event-stream" });
      if (last >= 6) return response.end(event(last + 1, "task.succeeded"));
      const said = event(last + 1) + event(last + 2) + event(last + 3).slice(0, 12);
      response.write(said, () => response.destroy());
    };
    for (const runner of scene.runners) runner.answer = tell;
    const response = await fetch(`${scene.url}${taskPath}/events`, { headers });
    const ids: unknown[] = [];
    for await (const { id } of messages(response)) {
      ids.push(id);
      // One that begins anew each time would do so for ever.
      if (ids.length > 7) break;
    }
    assert.deepEqual(ids, ["1", "2", "3", "4", "5", "6", "7"]);
  });

  test("lets a client follow on behind a runner's word that it can't go on", async () => {
    await using scene = await startScene();
    const [used, other] = scene.runners;
    assert(used && other);
    const tell: Answer = (_, response) => {
      for (const runner of scene.runners) {
        runner.answer = (_request, next) => {
          next.writeHead(200, { "content-type": "text/event-stream" });
          next.end("id: 2\nevent: task.failed\ndata: {}\n\n");
        };
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end("id: 1\nevent: turn.started\ndata: {}\n\nevent: error\ndata: {}\n\n");
    };
    for (const runner of scene.runners) runner.answer = tell;
    const response = await fetch(`${scene.url}${taskPath}/events`, { headers });
    const types: unknown[] = [];
    for await (const { event } of messages(response)) types.push(event);
    assert.deepEqual(types, ["turn.started", "task.failed"]);
  });
});
