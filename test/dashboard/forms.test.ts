import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import { Permissions } from "#runner/permission/permissions.ts";
import { handOff } from "../runner-http/hand-off.ts";
import { startTask } from "../runner-http/start-task.ts";
import { openDashboard } from "./open-dashboard.ts";

const error = { code: "cli_exited", category: "session", message: "It exited" } as const;

test("a form of another site does nothing, whatever it is sent as", async () => {
  await using dashboard = await openDashboard();
  const { task } = await startTask(dashboard.runner);
  const path = `/tasks/${task.id}/cancel`;
  for (const headers of [
    { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
    { "sec-fetch-site": "same-site", origin: "https://a.reviews.example.com" },
    { "sec-fetch-site": "none" },
    { origin: "https://evil.example" },
    { origin: "null" },
    { "content-type": "application/json" },
    { "content-type": "text/plain" },
  ]) {
    const response = await dashboard.post(path, {}, { scope: "admin", headers });
    assert.equal(response.status, 403, JSON.stringify(headers));
    assert.match(await response.text(), /from another site/);
  }
  assert.equal(await dashboard.runner.store.interruption(task.id), undefined);
  // Browsers say the first alone over plain HTTP.
  const headers = { origin: "https://reviews.example.com" };
  assert.equal((await dashboard.post(path, {}, { scope: "write", headers })).status, 303);
  assert.equal((await dashboard.runner.store.interruption(task.id))?.kind, "cancelled");
});

test("what a scope may not do has no button, and its form is refused", async () => {
  await using dashboard = await openDashboard();
  const { task } = await startTask(dashboard.runner);
  const page = async (scope: "read" | "write") =>
    await (await dashboard.get(`/tasks/${task.id}`, scope)).text();
  assert.doesNotMatch(await page("read"), /\/cancel"|Dead letters/);
  assert.match(await page("write"), /\/cancel"/);
  for (const [path, scope] of [
    [`/tasks/${task.id}/cancel`, "read"],
    [`/tasks/${task.id}/permissions/q`, "read"],
    [`/dead-letters/${task.id}/replay`, "write"],
    ["/dead-letters/replay", "write"],
    ["/undelivered/one/replay", "write"],
  ] as const) {
    assert.equal((await dashboard.post(path, {}, { scope })).status, 403, path);
  }
  assert.equal((await dashboard.get("/dead-letters", "write")).status, 403);
  assert.equal(await dashboard.runner.store.interruption(task.id), undefined);
});

test("a question is shown where it is asked and on the first page, and answered by a button", async () => {
  const permissions = new Permissions({ timeout: 60_000 });
  await using dashboard = await openDashboard({}, { permissions });
  const { store } = dashboard.runner;
  const claim = await startTask(dashboard.runner);
  const { id } = claim.task;
  const ask = (name: string, command: string) =>
    permissions.ask(
      id,
      { id: name, tool: "Bash", input: { command }, isListed: true },
      { over: new AbortController().signal, onEvent: (event) => void store.append(claim, [event]) },
    );
  const decided = [ask("q-1", "make <all>"), ask("q-2", "make clean")];
  for (const path of ["", `/tasks/${id}`]) {
    const page = await (await dashboard.get(path)).text();
    assert(page.includes("make &lt;all&gt;"), page);
    assert(page.includes(`action="/dashboard/tasks/${id}/permissions/q-1"`));
  }
  assert.doesNotMatch(await (await dashboard.get("", "read")).text(), /name="behavior"/);
  const answer = async (name: string, behavior: string) =>
    await dashboard.post(`/tasks/${id}/permissions/${name}`, { behavior }, { scope: "write" });
  assert.equal((await answer("q-1", "maybe")).status, 400);
  const response = await answer("q-1", "allow");
  assert.equal(response.status, 303);
  assert.equal(response.headers.get("location"), `/dashboard/tasks/${id}`);
  await answer("q-2", "deny");
  const behaviors = (await Promise.all(decided)).map(({ behavior }) => behavior);
  assert.deepEqual(behaviors, ["allow", "deny"]);
  const again = await answer("q-1", "allow");
  assert.equal(again.status, 409);
  assert.match(await again.text(), /resolved already/);
});

test("a question hides no character of what would run", async () => {
  await using dashboard = await openDashboard();
  const { store } = dashboard.runner;
  const claim = await startTask(dashboard.runner);
  const input = {
    command: "echo \u202Eslaer\u202C \u200Bok\u{E0041} | sh",
    blank: "a\u034Fb\uFE0Fc\u{E0100}d\u0085e\x7Ff\u2800g\u3164h",
    text: "Grüße, 你好 👍",
  };
  const data = { request_id: "q", tool: "Ba\u200Bsh", input, expires_at: "2100-01-01T00:00:00Z" };
  await store.append(claim, [{ type: "permission.requested", data }]);
  const page = await (await dashboard.get("")).text();
  assert(page.includes("echo \\u202eslaer\\u202c \\u200bok\\udb40\\udc41 | sh"), page);
  const blank = "a\\u034fb\\ufe0fc\\udb40\\udd00d\\u0085e\\u007ff\\u2800g\\u3164h";
  assert(page.includes(blank), page);
  assert(page.includes("Grüße, 你好 👍"));
  assert(page.includes("May <b>Ba\\u200bsh</b> run?"));
});

test("dead letters are replayed one by one and all at once", async () => {
  await using dashboard = await openDashboard();
  const { store } = dashboard.runner;
  for (let index = 0; index < 3; index += 1) {
    const { path: _, ...claim } = await startTask(dashboard.runner);
    await store.finish(claim, { state: "failed", error });
  }
  const letters = async () => await store.deadLetters({ limit: 9 });
  const [first] = await letters();
  const page = await (await dashboard.get("/dead-letters")).text();
  assert.match(page, /It exited/);
  const response = await dashboard.post(
    `/dead-letters/${first?.id}/replay`,
    {},
    { scope: "admin" },
  );
  assert.equal(response.status, 303);
  const made = (response.headers.get("location") ?? "").replace("/dashboard/tasks/", "");
  assert.equal((await store.task(made))?.state, "queued");
  assert.equal((await letters()).length, 2);
  const asks = await (await dashboard.get("/dead-letters/replay")).text();
  assert.match(asks, /All 2 failed tasks.*name="limit" value="2"/s);
  assert.equal((await letters()).length, 2, "asking queues nothing");
  const all = await dashboard.post("/dead-letters/replay", { limit: "2" }, { scope: "admin" });
  const told = (all.headers.get("location") ?? "").replace("/dashboard", "");
  assert.match(await (await dashboard.get(told)).text(), /Queued again: 2\. Left: 0\./);
  assert.equal((await letters()).length, 0);
  const wrong = await dashboard.post("/dead-letters/replay", { limit: "x" }, { scope: "admin" });
  assert.equal(wrong.status, 400);
  const unknown = await dashboard.post(`/dead-letters/${v7()}/replay`, {}, { scope: "admin" });
  assert.equal(unknown.status, 404);
});

test("more dead letters than the queue has room for: how many were queued, and how many are left", async () => {
  await using dashboard = await openDashboard({}, { queueLimit: 101 });
  const { store } = dashboard.runner;
  for (let index = 0; index < 203; index += 1) {
    const { path: _, ...claim } = await startTask(dashboard.runner);
    await store.finish(claim, { state: "failed", error });
  }
  assert.match(await (await dashboard.get("/dead-letters")).text(), /The latest 100: there are/);
  const replayAll = async () => {
    const response = await dashboard.post("/dead-letters/replay", {}, { scope: "admin" });
    const path = (response.headers.get("location") ?? "").replace("/dashboard", "");
    return await (await dashboard.get(path)).text();
  };
  assert.match(await replayAll(), /Queued again: 101\. Left: more than 100: the queue had no room/);
  await dashboard.runner.store.cancel(
    (await store.tasks({ state: "queued", limit: 1 }))[0]?.id ?? "",
    "asked",
  );
  assert.match(await replayAll(), /Queued again: 1\. Left: more than 100: the queue had no room/);
});

test("a form that is too large is refused", async () => {
  await using dashboard = await openDashboard();
  const task = handOff();
  await dashboard.runner.store.enqueue(task, { limit: 1 });
  const path = `/tasks/${task.task_id}/permissions/q`;
  const response = await dashboard.post(path, { behavior: "x".repeat(9000) }, { scope: "write" });
  assert.equal(response.status, 413);
});
