import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { test } from "node:test";
import * as z from "zod";
import { text } from "../messages-api/reply.ts";
import { rawApi, realKey, scene, sceneWithApi } from "./scene.ts";

const ApiError = z.object({
  type: z.literal("error"),
  error: z.object({ type: z.string(), message: z.string() }),
});

async function assertError(response: Response, status: number, type: string, message?: string) {
  assert.equal(response.status, status);
  const { error } = ApiError.parse(await response.json());
  assert.equal(error.type, type);
  if (message !== undefined) assert.equal(error.message, message);
  assert(!error.message.includes(realKey));
}

test("a request with the token of a process reaches the API with the real key", async () => {
  await using s = await sceneWithApi(() => text("Hello"));
  const response = await s.ask();
  assert.equal(response.status, 200);
  assert((await response.text()).includes("Hello"));
  const [request] = s.api.requests;
  assert.equal(request?.headers["x-api-key"], realKey);
  assert(!JSON.stringify(request).includes(s.access.token));
});

test("only the token of a live access lets in", async () => {
  await using s = await sceneWithApi(() => text("Hello"));
  const first = s.broker.admit();
  const second = s.broker.admit();
  assert.notEqual(first.token, second.token);
  first[Symbol.dispose]();
  for (const key of [first.token, realKey, "", "x", second.token.slice(1), `${second.token}x`]) {
    const response = await s.ask({ headers: { "x-api-key": key } });
    await assertError(response, 401, "authentication_error");
  }
  const response = await s.ask({ headers: { "x-api-key": second.token } });
  assert.equal(response.status, 200);
  await response.body?.cancel();
  assert.equal(s.api.requests.length, 1);
});

test("only what the CLI asks for is let through", async () => {
  await using s = await sceneWithApi(() => text("Hello"));
  const counted = await s.ask({ path: "/v1/messages/count_tokens" });
  assert.equal(counted.status, 200);
  await counted.body?.cancel();
  for (const path of ["/v1/files", "/v1/messages/batches", "/v1/messages/", "/", "/v1/../v1/x"]) {
    await assertError(await s.ask({ path }), 404, "not_found_error");
  }
  for (const method of ["GET", "DELETE", "PUT"]) {
    await assertError(await s.ask({ method, body: null }), 404, "not_found_error");
  }
  assert.equal(s.api.requests.length + s.api.otherRequests.length, 1);
  assert.deepEqual([s.usages, s.errors], [[], []]);
});

test("a refusal is the CLI's answer, and the API is not asked", async () => {
  let refusal: string | undefined = "The budget is used up";
  await using s = await sceneWithApi(() => text("Hello"), { refuse: () => refusal });
  await assertError(await s.ask(), 403, "permission_error", refusal);
  assert.equal(s.api.requests.length, 0);
  refusal = undefined;
  const response = await s.ask();
  assert.equal(response.status, 200);
  await response.body?.cancel();
});

test("no connection of a process is kept: its next request would race with the end of it", async () => {
  await using s = await sceneWithApi(() => text("Hello"));
  for (const options of [{}, { path: "/elsewhere" }, { headers: { "x-api-key": "wrong" } }]) {
    const response = await s.ask(options);
    assert.equal(response.headers.get("connection"), "close");
    await response.text();
  }
});

test("the API hears nothing of the process's own credentials", async () => {
  const seen: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
  await using api = await rawApi(({ url, headers }, response) => {
    seen.push({ url, headers });
    response.writeHead(200, { "set-cookie": "a=b", "request-id": "req_1" }).end("{}");
  });
  await using s = await scene(`${api.url}/gateway/anthropic/`);
  const response = await s.ask({
    headers: {
      authorization: "Bearer mine",
      cookie: "session=mine",
      "x-forwarded-host": "mine",
      "anthropic-beta": "one,two",
      "x-stainless-retry-count": "1",
    },
  });
  assert.equal(response.headers.get("request-id"), "req_1");
  assert.equal(response.headers.get("set-cookie"), null);
  const [{ url, headers } = { url: "", headers: {} }] = seen;
  assert.equal(url, "/gateway/anthropic/v1/messages?beta=true");
  assert.equal(headers["anthropic-beta"], "one,two");
  assert.equal(headers["x-stainless-retry-count"], "1");
  assert.equal(headers["x-api-key"], realKey);
  for (const name of ["authorization", "cookie", "x-forwarded-host"]) {
    assert.equal(headers[name], undefined, name);
  }
  assert.equal(`http://${headers.host}`, api.url);
});

test("a gateway gets its own credentials, others as soon as they change, and none of the process's", async () => {
  const seen: IncomingHttpHeaders[] = [];
  await using api = await rawApi(({ headers }, response) => {
    seen.push(headers);
    response.end("{}");
  });
  const credentials = { authorization: "Bearer the-token", "x-tenant": "reviews" };
  await using s = await scene(api.url, {}, { credentials });
  const headers = { "x-tenant": "mine", authorization: "Bearer mine" };
  await (await s.ask({ headers })).text();
  s.broker.changeCredentials({ authorization: "Bearer the-next" });
  await (await s.ask({ headers })).text();
  const sent = seen.map((all) => [all.authorization, all["x-tenant"], all["x-api-key"]]);
  assert.deepEqual(sent, [
    ["Bearer the-token", "reviews", undefined],
    ["Bearer the-next", undefined, undefined],
  ]);
});

test("an API that can't be reached is a fault that the CLI repeats", async () => {
  const gone = await rawApi(() => {});
  await gone[Symbol.asyncDispose]();
  await using s = await scene(gone.url);
  const message = "Cannot reach model API: ECONNREFUSED";
  await assertError(await s.ask(), 502, "api_error", message);
  assert.deepEqual(s.errors.map(String), [`CicdError: ${message}`]);
  assert.equal(s.access.active, 0);
});

test("a redirect is not followed", async () => {
  const paths: unknown[] = [];
  await using api = await rawApi(({ url }, response) => {
    paths.push(url);
    response.writeHead(307, { location: "/elsewhere" }).end("moved");
  });
  await using s = await scene(api.url);
  const message = "Cannot reach model API: it redirects with status 307";
  await assertError(await s.ask({ redirect: "manual" }), 502, "api_error", message);
  assert.deepEqual(paths, ["/v1/messages?beta=true"]);
  assert.equal(s.errors.length, 1);
});

test("an error of the API is passed on as it is", async () => {
  const body = '{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}';
  await using api = await rawApi((_request, response) => {
    response.writeHead(429, { "retry-after": "7", "content-type": "application/json" }).end(body);
  });
  await using s = await scene(api.url);
  const response = await s.ask();
  assert.equal(response.status, 429);
  assert.equal(response.headers.get("retry-after"), "7");
  assert.equal(await response.text(), body);
  assert.deepEqual([s.usages, s.errors], [[], []]);
});

test("a hook that throws lets nothing through, and is told", async () => {
  const fault = new Error("store is gone");
  await using s = await sceneWithApi(() => text("Hello"), {
    refuse: () => {
      throw fault;
    },
  });
  await assertError(await s.ask(), 502, "api_error", "Broker failed");
  assert.deepEqual(s.errors, [fault]);
  assert.equal(s.api.requests.length, 0);
});

test("revoking breaks the streams under way, and refuses what is not answered yet", async () => {
  const { promise: forever } = Promise.withResolvers<never>();
  await using s = await sceneWithApi((_request, count) =>
    count === 0 ? text("begun", forever) : forever,
  );
  const response = await s.ask();
  const waiting = s.ask();
  const other = await s.api.request(1);
  assert.equal(s.access.active, 2);
  s.access[Symbol.dispose]();
  assert.equal(s.access.active, 0);
  await assert.rejects(response.text());
  await assertError(await waiting, 401, "authentication_error");
  await Promise.all([s.api.requests[0]?.aborted, other.aborted]);
  assert.deepEqual([s.usages.length, s.errors], [1, []]);
});
