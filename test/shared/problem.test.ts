import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { CicdError, type ErrorCode, errorCodes } from "#shared/error.ts";
import { Problem, problemResponse, statusOf } from "#shared/problem.ts";

const statuses: Partial<Record<ErrorCode, number>> = {
  invalid_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  queue_full: 503,
  runner_unavailable: 503,
  shutting_down: 503,
  store_unavailable: 503,
  host_silent: 504,
};

suite("problemResponse", () => {
  for (const code of errorCodes) {
    const status = statuses[code] ?? 500;
    test(`${code}: a ${status} as application/problem+json`, async () => {
      const response = problemResponse(new CicdError(code, "Cannot do it: reason"), "r-1");
      assert.equal(statusOf(code), status);
      assert.equal(response.status, status);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
      assert.equal(response.headers.get("cache-control"), "no-store");
      const problem = Problem.parse(await response.json());
      assert.equal(problem.status, status);
      assert.equal(problem.request_id, "r-1");
      assert.equal(problem.code, status === 500 ? "internal" : code);
    });
  }

  test("a code without a status: message, hint and cause stay inside", async () => {
    const inside = { hint: "look at /srv/state", cause: new Error("sk-123") };
    for (const code of errorCodes.filter((one) => statusOf(one) === 500)) {
      const body = await problemResponse(new CicdError(code, "pid 42 at /srv", inside)).text();
      assert.doesNotMatch(body, /srv|42|sk-123|state/, code);
    }
  });

  test("a code with a status: message and hint are told, the cause is not", async () => {
    const options = { hint: "Try again later", cause: new Error("inside") };
    const response = problemResponse(new CicdError("queue_full", "Cannot take it: full", options));
    const body = await response.text();
    assert.doesNotMatch(body, /inside/);
    const { detail, hint } = Problem.parse(JSON.parse(body));
    assert.deepEqual({ detail, hint }, { detail: "Cannot take it: full", hint: "Try again later" });
  });

  test("no hint and no request id: no such keys", async () => {
    const body: unknown = await problemResponse(new CicdError("not_found", "No")).json();
    assert.deepEqual(Object.keys(Object(body)), ["type", "title", "status", "detail", "code"]);
  });

  test("retryAfter: Retry-After in whole seconds, never sooner", () => {
    const header = (retryAfter?: number) =>
      problemResponse(
        new CicdError("queue_full", "x", retryAfter === undefined ? {} : { retryAfter }),
      ).headers.get("retry-after");
    assert.equal(header(10), "10");
    assert.equal(header(0.2), "1");
    assert.equal(header(), null);
  });

  test("unauthorized alone: WWW-Authenticate", () => {
    const header = (code: ErrorCode) =>
      problemResponse(new CicdError(code, "x")).headers.get("www-authenticate");
    assert.equal(header("unauthorized"), "Bearer");
    assert.equal(header("forbidden"), null);
  });
});
