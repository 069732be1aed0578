import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createEdge } from "#edge/app.ts";
import { EdgeConfig } from "#edge/config.ts";
import { dashboardPath } from "#edge/dashboard/view.ts";
import { readConfig } from "#shared/config.ts";
import { Problem } from "#shared/problem.ts";
import { listUndelivered, replayAllUndelivered, replayUndelivered } from "#shared/routes/outbox.ts";
import { publicRoutes } from "#shared/routes/public.ts";
import { assertProblem } from "#test/runner-http/assert-problem.ts";
import { delivery } from "./delivery.ts";
import { openTestOutbox } from "./open-outbox.ts";
import { pullRequestPayload } from "./pull-request-payload.ts";
import { apiTokens, environment } from "./settings.ts";

const config = readConfig(EdgeConfig, {}, environment("http://127.0.0.1:1"));
const opened = await openTestOutbox(config);
after(() => opened[Symbol.asyncDispose]());
const app = createEdge({ config, outbox: opened.outbox });
// Pages are no part of the API.
const served = app.routes.filter(
  ({ method, path }) => method !== "ALL" && !path.startsWith(dashboardPath),
);

test("the document has every route that the edge serves, and no other", async () => {
  const { paths } = await (await app.request("/openapi.json")).json();
  const documented = Object.entries<object>(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routes = served.map(
    ({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`,
  );
  assert.deepEqual(documented.toSorted(), routes.toSorted());
});

test("the document declares what any operation may be refused with", async () => {
  const { paths } = await (await app.request("/openapi.json")).json();
  // A share that is used up by the first call, and no room for what the runner can't take.
  const strict = {
    EDGE_RATE_LIMIT_API: "1",
    EDGE_RATE_LIMIT_UNPROVED: "1",
    EDGE_OUTBOX_SIZE: "1B",
  };
  const settings = readConfig(EdgeConfig, {}, { ...environment("http://127.0.0.1:1"), ...strict });
  await using full = await openTestOutbox(settings);
  const edge = createEdge({ config: settings, outbox: full.outbox });
  const declared = async (path: string, method: string, response: Response) => {
    const { code, status } = Problem.parse(await response.json());
    const answers = paths[path.replaceAll(/:(\w+)/g, "{$1}")][method.toLowerCase()].responses;
    assert.match(answers[status]?.description ?? "", new RegExp(`\`${code}\``), `${path} ${code}`);
    return code;
  };
  await edge.request("/nothing");
  await edge.request("/webhooks/nothing", { method: "POST" });
  for (const { path, method } of served) {
    const code = await declared(path, method, await edge.request(path, { method }));
    assert.equal(code, "rate_limited", path);
  }
  const hook = await delivery(pullRequestPayload());
  const path = "/webhooks/github";
  const unkept = await edge.request(path, hook);
  assert.equal(await declared("/webhooks/:forge", "POST", unkept), "queue_full");
});

test("a parameter that there is not is refused, by the document's word", async () => {
  const { paths } = await (await app.request("/openapi.json")).json();
  const headers = { authorization: `Bearer ${apiTokens.admin}` };
  const own = [listUndelivered, replayAllUndelivered, replayUndelivered];
  for (const { path, method } of own) {
    const response = await app.request(`${path}?forges=gitlab`, { method, headers });
    const { detail } = await assertProblem(response, 400, "invalid_request");
    assert.match(detail, /query: .*"forges"/);
    assert.ok(paths[path][method.toLowerCase()].responses[400], path);
  }
});

test("every route has an id of its own", () => {
  const ids = publicRoutes.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test("GET /docs is a page of all operations that needs no script, and runs none", async () => {
  const response = await app.request("/docs");
  assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
  const policy = response.headers.get("content-security-policy") ?? "";
  const [, nonce = ""] = /style-src 'nonce-([^']+)'/.exec(policy) ?? [];
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /script-src|unsafe/);
  const page = await response.text();
  assert.ok(page.includes(`<style nonce="${nonce}">`));
  for (const { path, summary } of publicRoutes) assert.ok(page.includes(path), summary);
  assert.doesNotMatch(page, /<script|&lt;(?:details|section)/);
});
