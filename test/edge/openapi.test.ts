import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createEdge } from "#edge/app.ts";
import { EdgeConfig } from "#edge/config.ts";
import { dashboardPath } from "#edge/dashboard/view.ts";
import { readConfig } from "#shared/config.ts";
import { publicRoutes } from "#shared/routes/public.ts";
import { openTestOutbox } from "./open-outbox.ts";
import { environment } from "./settings.ts";

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
