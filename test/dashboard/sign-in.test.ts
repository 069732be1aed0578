import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import { sha256Hex } from "#shared/sha256.ts";
import { apiTokens } from "../edge/settings.ts";
import { openDashboard } from "./open-dashboard.ts";

test("without a cookie every page asks to sign in, and to go on where one was", async () => {
  await using dashboard = await openDashboard();
  for (const path of ["", "/tasks?state=failed", `/tasks/${v7()}`, `/tasks/${v7()}/events`]) {
    const response = await dashboard.request(path);
    assert.equal(response.status, 401, path);
    const page = await response.text();
    assert(page.includes(`name="next" value="/dashboard${path}"`), page);
    assert.match(page, /<label for="token">API token<\/label>/);
    assert.doesNotMatch(page, /<nav|<script/);
  }
});

test("a token signs in: a cookie that scripts and other sites don't get, without the token", async () => {
  await using dashboard = await openDashboard();
  const next = "/dashboard/tasks?state=failed";
  const response = await dashboard.post("/sign-in", { token: ` ${apiTokens.read} `, next });
  assert.equal(response.status, 303);
  assert.equal(response.headers.get("location"), next);
  const cookie = response.headers.get("set-cookie") ?? "";
  for (const part of [
    "HttpOnly",
    "Secure",
    "SameSite=Strict",
    "Path=/dashboard",
    "Max-Age=43200",
  ]) {
    assert(cookie.includes(part), `${part}: ${cookie}`);
  }
  assert(!cookie.includes(apiTokens.read));
  const page = await dashboard.get("", "read");
  assert.equal(page.status, 200);
  assert.equal(page.headers.get("cache-control"), "no-store");
  assert.match(await page.text(), /scope read/);
});

test("a wrong token is refused, and counts against its sender", async () => {
  await using dashboard = await openDashboard({ EDGE_RATE_LIMIT_UNPROVED: "2" });
  const statuses = [];
  for (const token of ["guess", "", "guess"]) {
    const response = await dashboard.post("/sign-in", { token });
    statuses.push(response.status);
    assert.equal(response.headers.get("set-cookie"), null);
    const [, alert = ""] = /role="alert"[^>]*>([^<]*)/.exec(await response.text()) ?? [];
    assert.match(alert, response.status === 429 ? /too many requests/ : /unknown token/);
  }
  assert.deepEqual(statuses, [401, 401, 429]);
});

test("a form leads to a page of the dashboard alone", async () => {
  await using dashboard = await openDashboard();
  for (const next of [
    "https://evil.example/dashboard",
    "//evil.example",
    "/dashboard/../v1",
    "/dashboards",
    "/dashboard\\@evil.example",
    "/dashboard/sign-in",
    "/dashboard/sign-in?next=/dashboard/tasks",
    "/dashboard/sign-out",
  ]) {
    const response = await dashboard.post("/sign-in", { token: apiTokens.read, next });
    assert.equal(response.headers.get("location"), "/dashboard", next);
  }
});

test("the page to sign in has an address of its own, which leads on who has done so", async () => {
  await using dashboard = await openDashboard();
  const page = await dashboard.request("/sign-in");
  assert.equal(page.status, 401);
  assert.match(await page.text(), /name="next" value="\/dashboard"/);
  const signedIn = await dashboard.get("/sign-in", "read");
  assert.equal(signedIn.status, 303);
  assert.equal(signedIn.headers.get("location"), "/dashboard");
});

test("a cookie ends: after its time, when it was changed, and with its token", async () => {
  await using dashboard = await openDashboard();
  const cookie = await dashboard.cookieOf("read");
  const statusOf = async (value: string) =>
    (await dashboard.request("/style.css", {})).ok &&
    (await dashboard.request("/tasks", { headers: { cookie: value } })).status;
  assert.equal(await statusOf(cookie), 200);
  const admin = sha256Hex(apiTokens.admin);
  const [name, expiry, , seal] = cookie.split(/[=.]/);
  assert.equal(await statusOf(`${name}=${expiry}.${admin}.${seal}`), 401);
  assert.equal(await statusOf(`${name}=9${expiry}.${cookie.split(".").slice(1).join(".")}`), 401);
  dashboard.ahead = 12 * 60 * 60 * 1000 + 1000;
  assert.equal(await statusOf(cookie), 401);
  const reader = sha256Hex(apiTokens.read);
  await using other = await openDashboard({ API_TOKENS: `read:${reader}` });
  const gone = await dashboard.cookieOf("admin");
  const headers = { cookie: gone };
  assert.equal((await other.request("/tasks", { headers })).status, 401);
});

test("of a token that is configured twice the last scope counts, as for the API", async () => {
  const entries = ["admin", "read"].map((scope) => `${scope}:${sha256Hex(apiTokens.read)}`);
  await using dashboard = await openDashboard({ API_TOKENS: entries.join(" ") });
  assert.match(await (await dashboard.get("", "read")).text(), /scope read/);
});

test("signing out takes the cookie back", async () => {
  await using dashboard = await openDashboard();
  const response = await dashboard.post("/sign-out", {}, { scope: "read" });
  assert.equal(response.status, 303);
  assert.match(
    response.headers.get("set-cookie") ?? "",
    /cicd_runner_dashboard=;.*Max-Age=0.*Path=\/dashboard/,
  );
});

test("a link from another site gets a page that asks again, since browsers kept the cookie back", async () => {
  await using dashboard = await openDashboard();
  const ask = async (site: string) =>
    await (await dashboard.request("", { headers: { "sec-fetch-site": site } })).text();
  assert.match(await ask("cross-site"), /http-equiv="refresh" content="0"/);
  assert.doesNotMatch(await ask("same-origin"), /http-equiv="refresh"/);
});

test("below a path of edge.public_url links, forms and the cookie are below it too", async () => {
  await using dashboard = await openDashboard({ EDGE_PUBLIC_URL: "https://a.example/ci" });
  const cookie = await dashboard.cookieOf("admin");
  const page = await (await dashboard.request("/tasks", { headers: { cookie } })).text();
  assert.match(page, /href="\/ci\/dashboard\/sessions"/);
  assert.doesNotMatch(page, /"\/dashboard/);
  const signedIn = await dashboard.post("/sign-in", { token: apiTokens.read });
  assert.match(signedIn.headers.get("set-cookie") ?? "", /Path=\/ci\/dashboard/);
  const origin = { origin: "https://a.example" };
  assert.equal((await dashboard.post("/sign-out", {}, { headers: origin })).status, 303);
});
