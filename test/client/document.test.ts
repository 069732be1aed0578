import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import { createClient } from "#client/client.ts";
import { Permissions } from "#runner/permission/permissions.ts";
import { WebhookAccepted } from "#shared/api.ts";
import { publicRoutes } from "#shared/routes/public.ts";
import { delivery } from "#test/edge/delivery.ts";
import { pullRequestPayload } from "#test/edge/pull-request-payload.ts";
import { apiTokens, giteeSegment } from "#test/edge/settings.ts";
import { conforming } from "./conforming.ts";
import { startPair } from "./start-pair.ts";

test("what edge and runner really answer is what the document says, for every operation", async () => {
  const permissions = new Permissions({ timeout: 60_000 });
  await using pair = await startPair({ permissions });
  const { fetch, seen } = await conforming(pair.url);
  const client = createClient({ url: pair.url, token: apiTokens.write, fetch });
  const get = (path: string) => fetch(pair.url + path);
  const send = async (name: string, init?: RequestInit) =>
    await fetch(`${pair.url}/webhooks/${name}`, { method: "POST", ...init });

  const hook = await delivery(pullRequestPayload(), { id: "one" });
  const { task_id, session_id, events_url } = WebhookAccepted.parse(
    await (await send("github", hook)).json(),
  );
  await send("github", hook);
  await send("github", await delivery({}, { event: "ping" }));
  await send("github", await delivery(pullRequestPayload(), { secret: "a guess" }));
  await send("github", await delivery("{"));
  await send("github", { headers: { "content-type": "text/plain" } });
  await send("cvs");
  await send(`gitee/${giteeSegment}`, { headers: { "content-type": "application/json" } });

  const claim = await pair.runner.store.claim();
  assert.ok(claim);
  const over = new AbortController();
  const onEvent = () => {};
  const question = { id: "q-1", tool: "Bash", input: {}, isListed: true };
  void permissions.ask(task_id, question, { over: over.signal, onEvent });
  const permission = { id: task_id, request_id: "q-1" };
  await client.answerPermission(permission, { behavior: "allow" });
  await assert.rejects(client.answerPermission(permission, { behavior: "allow" }), {
    code: "conflict",
  });
  over.abort();

  await client.listTasks({});
  await client.readJournal({ id: task_id, limit: 1 });
  await client.getTimeline({ id: task_id });
  await client.listPermissions({});
  await client.listUsage({ days: 2 });
  await client.getTask({ id: task_id });
  await client.getDelivery({ id: "one" });
  await client.listSessions({ limit: 1 });
  await client.getSession({ id: session_id });
  await client.sendMessage({ id: session_id }, { text: "Why?" });
  await client.cancelTask({ id: task_id });
  await assert.rejects(client.replayDelivery({ id: "one" }), { code: "conflict" });
  const error = { code: "cli_exited", category: "session", message: "It exited" } as const;
  await pair.runner.store.finish(claim, { state: "failed", error });
  const journal = await Array.fromAsync(client.followLink(events_url));
  assert.equal(journal.at(-1)?.type, "task.failed");
  await Array.fromAsync(client.followTask(task_id, { after: journal.length }));
  await client.endSession({ id: session_id });

  await client.replayDelivery({ id: "one" });
  await client.replayDelivery({ id: "one" });

  const admin = createClient({ url: pair.url, token: apiTokens.admin, fetch });
  await admin.listHosts({});
  await admin.getRunnerHealth({});
  await admin.listDeadLetters({ limit: 1 });
  await admin.replayDeadLetters({}, {});
  await assert.rejects(admin.replayDeadLetter({ task_id: v7() }), { code: "not_found" });
  await admin.listUndelivered({});
  await admin.replayAllUndelivered({});
  await assert.rejects(admin.replayUndelivered({ delivery_id: "two" }), { code: "not_found" });

  const refused = createClient({ url: pair.url, token: apiTokens.read, fetch });
  await assert.rejects(refused.cancelTask({ id: task_id }), { code: "forbidden" });
  await assert.rejects(refused.getTask({ id: v7() }), { code: "not_found" });
  await assert.rejects(client.sendMessage({ id: session_id }, { text: "" }), {
    code: "invalid_request",
  });
  const stranger = createClient({ url: pair.url, fetch });
  await assert.rejects(stranger.listTasks({}), { code: "unauthorized" });

  await get("/health");
  await get("/health/ready");
  await get("/docs");
  await get("/openapi.json");

  const asked = [...seen.keys()].toSorted();
  assert.deepEqual(asked, publicRoutes.map(({ id }) => id).toSorted());
  assert.deepEqual([...(seen.get("receiveWebhook") ?? [])], [202, 200, 401, 400, 415, 404]);
  assert.deepEqual([...(seen.get("replayDelivery") ?? [])], [409, 202, 200]);
  assert.deepEqual([...(seen.get("followTask") ?? [])], [200, 204]);
});
