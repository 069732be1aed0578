import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import * as z from "zod";
import { HandOff, WebhookAccepted, WebhookDuplicate, WebhookIgnored } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { assertProblem } from "#test/runner-http/assert-problem.ts";
import { until } from "../until.ts";
import { type DeliveryOptions, delivery } from "./delivery.ts";
import { pullRequestPayload } from "./pull-request-payload.ts";
import { apiTokens, maxBody, webhookSecrets } from "./settings.ts";
import { refuse, sendJson, takeIn } from "./stand-in-runner.ts";
import type { RunningEdge } from "./start-edge.ts";

const taskId = "01890a5d-ac96-774b-bcce-b302099a8057";
const sessionId = "2fd61f6a-9b0f-5d0a-8f4e-0d5f2f4d6c11";

/** The tests that an edge passes wherever it runs; one edge serves them all. */
export function coreSuite(start: () => Promise<RunningEdge>): void {
  let edge: RunningEdge;
  before(async () => {
    edge = await start();
  });
  after(() => edge[Symbol.asyncDispose]());
  beforeEach(() => {
    edge.runner.requests.length = 0;
    edge.runner.answer = takeIn;
  });

  const deliver = async (payload: unknown, options?: DeliveryOptions) =>
    await fetch(`${edge.url}/webhooks/github`, await delivery(payload, options));
  const call = async (method: string, path: string, token?: string, headers = {}) =>
    await fetch(edge.url + path, { method, headers: { ...bearer(token), ...headers } });

  test("webhook answers 202 when the runner has taken the delivery", async () => {
    const response = await deliver(pullRequestPayload(), { id: "delivery-1" });
    assert.equal(response.status, 202);
    const accepted = WebhookAccepted.parse(await response.json());
    const [request] = edge.runner.requests;
    assert.deepEqual([request?.method, request?.path], ["POST", "/v1/events"]);
    assert.equal(request?.headers["x-request-id"], response.headers.get("x-request-id"));
    const handOff = HandOff.parse(JSON.parse(request?.body ?? ""));
    assert.deepEqual([handOff.delivery_id, handOff.kind], ["delivery-1", "review"]);
    assert.equal(handOff.task_id, accepted.task_id);
    assert.equal(handOff.event.pull_request.title, "Charge the card once");
    assert.ok(accepted.events_url.startsWith(`${edge.url}/v1/tasks/${handOff.task_id}/events?`));
  });

  test("webhook takes a form whose raw body is signed", async () => {
    assert.equal((await deliver(pullRequestPayload(), { form: "form" })).status, 202);
  });

  test("webhook accepts every secret of a rotation", async () => {
    for (const secret of webhookSecrets) {
      assert.equal((await deliver(pullRequestPayload(), { secret })).status, 202);
    }
  });

  test("webhook answers 200 with the first task for a known delivery", async () => {
    const known = { outcome: "duplicate", task_id: taskId, session_id: sessionId };
    edge.runner.answer = (_, response) => sendJson(response, 200, known);
    const response = await deliver(pullRequestPayload());
    assert.equal(response.status, 200);
    const body = WebhookDuplicate.parse(await response.json());
    assert.deepEqual([body.task_id, body.session_id], [taskId, sessionId]);
  });

  test("webhook ignores ping, other events, other actions and drafts, and says why", async () => {
    const reasonOf = async (payload: unknown, options?: DeliveryOptions) => {
      const response = await deliver(payload, options);
      assert.equal(response.status, 200);
      return WebhookIgnored.parse(await response.json()).reason;
    };
    assert.match(await reasonOf({ zen: "Keep it" }, { event: "ping" }), /ping/);
    assert.match(await reasonOf({}, { event: "star" }), /event star/);
    assert.match(await reasonOf(pullRequestPayload({ action: "labeled" })), /action labeled/);
    assert.match(await reasonOf(pullRequestPayload({ draft: true })), /draft/);
    assert.deepEqual(edge.runner.requests, []);
  });

  test("webhook tells the runner what it made no task of, behind its answer", async () => {
    await deliver(pullRequestPayload({ draft: true }), { id: "a-draft" });
    const told = () => edge.runner.skipped.filter(({ delivery_id }) => delivery_id === "a-draft");
    await until(() => told().length > 0);
    const reason = "the pull request is a draft";
    assert.deepEqual(told(), [{ delivery_id: "a-draft", forge: "github", code: "draft", reason }]);
  });

  test("webhook answers 401 to a missing, malformed, wrong or foreign signature", async () => {
    const good = await delivery(pullRequestPayload());
    const { "x-hub-signature-256": signature = "", ...unsigned } = good.headers;
    const { "x-hub-signature-256": foreign = "" } = (
      await delivery(pullRequestPayload(), { secret: "another" })
    ).headers;
    const upper = signature.toUpperCase();
    for (const value of ["", "sha256=", signature.slice(7), signature.slice(0, -1), upper]) {
      const headers = { ...unsigned, "x-hub-signature-256": value };
      await assertRefused({ ...good, headers }, 401, "unauthorized");
    }
    await assertRefused({ ...good, headers: unsigned }, 401, "unauthorized");
    const headers = { ...unsigned, "x-hub-signature-256": foreign };
    await assertRefused({ ...good, headers }, 401, "unauthorized");
  });

  test("webhook checks the signature before it looks into the body", async () => {
    await assertRefused(await delivery("{", { secret: "another" }), 401, "unauthorized");
  });

  test("webhook answers 400 to what is signed but malformed", async () => {
    const detailOf = async (payload: unknown, options?: DeliveryOptions) =>
      await assertRefused(await delivery(payload, options), 400, "invalid_request");
    assert.match(await detailOf("{"), /body: not valid JSON/);
    assert.match(await detailOf("{", { event: "ping" }), /body: not valid JSON/);
    const { pull_request, ...rest } = pullRequestPayload();
    assert.match(await detailOf({ ...rest, pull_request: { ...pull_request, head: {} } }), /head/);
    assert.match(await detailOf(pullRequestPayload(), { id: "" }), /X-GitHub-Delivery/);
    const id = "x".repeat(257);
    assert.match(await detailOf(pullRequestPayload(), { id }), /X-GitHub-Delivery/);
  });

  test("webhook answers 415 to another content type", async () => {
    const good = await delivery(pullRequestPayload());
    const headers = { ...good.headers, "content-type": "text/plain" };
    await assertRefused({ ...good, headers }, 415, "unsupported_media_type");
  });

  test("webhook answers 413 to a body above the limit, with and without its length", async () => {
    const big = await delivery(`"${"x".repeat(maxBody)}"`);
    await assertRefused(big, 413, "payload_too_large");
    const chunked = { ...big, body: new Blob([big.body]).stream(), duplex: "half" };
    await assertRefused(chunked, 413, "payload_too_large");
  });

  test("webhook takes a body of exactly the limit, with and without its length", async () => {
    const full = await delivery(`"${"x".repeat(maxBody - 2)}"`, { event: "ping" });
    assert.equal((await fetch(`${edge.url}/webhooks/github`, full)).status, 200);
    const chunked = { ...full, body: new Blob([full.body]).stream(), duplex: "half" };
    assert.equal((await fetch(`${edge.url}/webhooks/github`, chunked)).status, 200);
  });

  test("webhook answers 202 when the runner's queue is full, and the runner gets it later", async () => {
    const full = new CicdError("queue_full", "Cannot accept delivery: queue is full");
    const unknown = new CicdError("not_found", "Cannot find task");
    edge.runner.answer = ({ path }, response) =>
      refuse(path === "/v1/events" ? full : unknown, response);
    const response = await deliver(pullRequestPayload(), { id: "delivery-2" });
    assert.equal(response.status, 202);
    const links = WebhookAccepted.parse(await response.json());
    const { task_id } = links;
    const Told = z.object({ id: z.string(), state: z.string() });
    const told = Told.parse(await (await fetch(links.status_url)).json());
    assert.deepEqual(told, { id: task_id, state: "queued" });
    const stream = await fetch(links.events_url);
    assert.equal(stream.headers.get("content-type"), "text/event-stream");
    assert.match(await stream.text(), /^retry: \d+\n/);
    edge.runner.requests.length = 0;
    edge.runner.answer = takeIn;
    await until(() => edge.runner.requests.length > 0);
    const handOff = HandOff.parse(JSON.parse(edge.runner.requests[0]?.body ?? ""));
    assert.deepEqual([handOff.task_id, handOff.delivery_id], [task_id, "delivery-2"]);
    const { "x-request-id": requestId } = edge.runner.requests[0]?.headers ?? {};
    assert.equal(requestId, response.headers.get("x-request-id"));
  });

  test("paths that there are not answer 404, other methods 405 with Allow", async () => {
    await assertProblem(await call("GET", "/nothing"), 404, "not_found");
    await assertProblem(await call("POST", "/webhooks/cvs"), 404, "not_found");
    const wrong = await call("GET", "/webhooks/github");
    assert.equal(wrong.headers.get("allow"), "POST");
    await assertProblem(wrong, 405, "method_not_allowed");
    await assertProblem(await call("PUT", `/v1/tasks/${taskId}`), 405, "method_not_allowed");
  });

  test("API answers 401 without a known token and 403 to one of too low a scope", async () => {
    const routes = [
      { method: "GET", path: "/v1/tasks", scope: "read" },
      { method: "GET", path: `/v1/tasks/${taskId}`, scope: "read" },
      { method: "GET", path: `/v1/tasks/${taskId}/events`, scope: "read" },
      { method: "GET", path: "/v1/sessions", scope: "read" },
      { method: "GET", path: `/v1/sessions/${sessionId}`, scope: "read" },
      { method: "GET", path: "/v1/deliveries/delivery-1", scope: "read" },
      { method: "POST", path: `/v1/tasks/${taskId}/cancel`, scope: "write" },
      { method: "POST", path: `/v1/tasks/${taskId}/permissions/q-1_A`, scope: "write" },
      { method: "POST", path: `/v1/sessions/${sessionId}/messages`, scope: "write" },
      { method: "POST", path: "/v1/deliveries/delivery-1/replay", scope: "write" },
      { method: "DELETE", path: `/v1/sessions/${sessionId}`, scope: "write" },
    ];
    for (const { method, path, scope } of routes) {
      edge.runner.requests.splice(0);
      await assertProblem(await call(method, path), 401, "unauthorized");
      await assertProblem(await call(method, path, "stranger"), 401, "unauthorized");
      if (scope === "write") {
        await assertProblem(await call(method, path, apiTokens.read), 403, "forbidden");
      }
      assert.equal(edge.runner.requests.length, 0, path);
      const tokens =
        scope === "read" ? Object.values(apiTokens) : [apiTokens.write, apiTokens.admin];
      for (const token of tokens) assert.ok((await call(method, path, token)).ok, path);
      const asked = edge.runner.requests.map((request) => [request.method, request.path]);
      assert.deepEqual(asked, Array(tokens.length).fill([method, path]));
    }
  });

  test("relay passes query, status and problem on, and keeps the caller's token", async () => {
    edge.runner.answer = (_, response) =>
      refuse(new CicdError("invalid_request", "Cannot read request: query.limit"), response);
    const response = await call("GET", "/v1/tasks?limit=a%20b&state=queued", apiTokens.read);
    assert.equal(response.status, 400);
    const [request] = edge.runner.requests;
    assert.equal(request?.path, "/v1/tasks?limit=a+b&state=queued");
    assert.equal(request?.headers.authorization, undefined);
  });

  test("status_url reads its task without a token of the API, and the runner never sees its own", async () => {
    const { status_url, task_id } = WebhookAccepted.parse(
      await (await deliver(pullRequestPayload())).json(),
    );
    assert.equal((await fetch(status_url)).status, 200);
    assert.equal(edge.runner.requests.at(-1)?.path, `/v1/tasks/${task_id}`);
    const other = status_url.replace(task_id, taskId);
    await assertProblem(await fetch(other), 401, "unauthorized");
  });

  test("the dashboard signs a browser in by a token, and shows it what the runner answers", async () => {
    const page = (headers = {}) => call("GET", "/dashboard/tasks", undefined, headers);
    assert.equal((await page()).status, 401);
    const signIn = (token: string, origin: string) =>
      fetch(`${edge.url}/dashboard/sign-in`, {
        method: "POST",
        redirect: "manual",
        headers: { origin },
        body: new URLSearchParams({ token, next: "/dashboard/tasks" }),
      });
    assert.equal((await signIn(apiTokens.read, "https://another.example")).status, 403);
    assert.equal((await signIn("a guess", edge.url)).status, 401);
    const response = await signIn(apiTokens.read, edge.url);
    assert.deepEqual(
      [response.status, response.headers.get("location")],
      [303, "/dashboard/tasks"],
    );
    const [cookie = ""] = (response.headers.get("set-cookie") ?? "").split(";");
    edge.runner.requests.length = 0;
    edge.runner.answer = (_, answer) => sendJson(answer, 200, { tasks: [] });
    const shown = await page({ cookie });
    assert.equal(shown.status, 200);
    assert.match(shown.headers.get("content-security-policy") ?? "", /script-src 'nonce-/);
    assert.match(await shown.text(), /<h1>Tasks<\/h1>/);
    assert.equal(edge.runner.requests[0]?.path, "/v1/tasks?limit=101");
    // It is good for the dashboard alone.
    await assertProblem(await call("GET", "/v1/tasks", undefined, { cookie }), 401, "unauthorized");
  });

  test("health is 200 with the runner's state, and ready is 200 without a runner too", async () => {
    const Body = z.object({ status: z.string(), runner: z.string() });
    const health = async () => Body.parse(await (await call("GET", "/health")).json());
    assert.deepEqual(await health(), { status: "degraded", runner: "unreachable" });
    edge.runner.answer = (_, response) => sendJson(response, 200, healthy);
    assert.deepEqual(await health(), { status: "healthy", runner: "healthy" });
    edge.runner.answer = (_, response) => sendJson(response, 503, {});
    assert.equal((await call("GET", "/health/ready")).status, 200);
  });

  test("X-Request-Id is taken over when it is short and safe, else made anew", async () => {
    const idOf = async (id: string) =>
      (await call("GET", "/health", undefined, { "x-request-id": id })).headers.get("x-request-id");
    assert.equal(await idOf("trace-1"), "trace-1");
    assert.match((await idOf("a b")) ?? "", /^[0-9a-f-]{36}$/);
    assert.match((await idOf("x".repeat(65))) ?? "", /^[0-9a-f-]{36}$/);
  });

  async function assertRefused(init: RequestInit, status: number, code: string): Promise<string> {
    const response = await fetch(`${edge.url}/webhooks/github`, init);
    const { detail } = await assertProblem(response, status, code);
    assert.deepEqual(edge.runner.requests, []);
    return detail;
  }
}

const healthy = {
  status: "healthy",
  sessions: 0,
  queue_depth: 0,
  oldest_queued_seconds: null,
  running: 0,
  degradation_level: 0,
  breaker: "closed",
  problems: [],
  version: "0.0.0",
  uptime_seconds: 1,
};

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
