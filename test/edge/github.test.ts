import assert from "node:assert/strict";
import { test } from "node:test";
import { HandOff } from "#shared/api.ts";
import type { PullRequestEvent } from "#shared/event.ts";
import { verifyHmacHex } from "#shared/hmac.ts";
import { delivery } from "./delivery.ts";
import { type PayloadChanges, pullRequestPayload } from "./pull-request-payload.ts";
import { startEdge, type TestEdge } from "./start-edge.ts";

async function deliver({ url }: TestEdge, payload: unknown, options = {}): Promise<Response> {
  return await fetch(`${url}/webhooks/github`, await delivery(payload, options));
}

/** What the runner is handed for a payload. */
async function eventOf(changes: PayloadChanges): Promise<PullRequestEvent> {
  await using edge = await startEdge();
  assert.equal((await deliver(edge, pullRequestPayload(changes))).status, 202);
  const { event } = HandOff.parse(JSON.parse(edge.runner.requests[0]?.body ?? ""));
  assert(event.type === "pull_request");
  return event;
}

test("github accepts the signature of GitHub's own test vector", async () => {
  const hex = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  const body = new TextEncoder().encode("Hello, World!");
  assert.equal(verifyHmacHex(["It's a Secret to Everybody"], body, hex), true);
  // As no JSON is in it, getting past the signature shows as a 400.
  await using edge = await startEdge({ environment: { GITHUB_WEBHOOK_SECRET: "vector" } });
  const signed = await deliver(edge, "Hello, World!", { secret: "vector" });
  assert.equal(signed.status, 400);
});

test("github tells what a pull request holds in forge-neutral words", async () => {
  const { delivered_at, ...event } = await eventOf({});
  assert.ok(Math.abs(Date.now() - Date.parse(delivered_at ?? "")) < 60_000, delivered_at);
  assert.deepEqual(event, {
    type: "pull_request",
    forge: "github",
    action: "opened",
    repository: {
      host: "github.com",
      owner: "acme",
      name: "shop",
      clone_url: "https://github.com/acme/shop.git",
    },
    pull_request: {
      number: 7,
      url: "https://github.com/acme/shop/pull/7",
      title: "Charge the card once",
      body: "Cards were charged twice.",
      author: "mona",
      draft: false,
      head: { sha: "a".repeat(40), ref: "charge-once" },
      base: { sha: "b".repeat(40), ref: "main" },
      fork: false,
    },
    sender: { login: "mona", bot: false },
  });
});

test("github tells a fork by its id, and a deleted one by its absence", async () => {
  assert.equal((await eventOf({ headRepo: { id: 43 } })).pull_request.fork, true);
  assert.equal((await eventOf({ headRepo: null })).pull_request.fork, true);
});

test("github takes a pull request without a text, of an account that is gone, by a bot", async () => {
  const event = await eventOf({ body: null, user: null, senderType: "Bot" });
  assert.deepEqual([event.pull_request.body, event.pull_request.author], ["", "ghost"]);
  assert.equal(event.sender.bot, true);
});

test("github names the first problem by its place in the payload", async () => {
  await using edge = await startEdge();
  const payload = pullRequestPayload();
  const { head, ...rest } = payload.pull_request;
  const bad = { ...payload, pull_request: { ...rest, head: { ...head, sha: "--upload-pack" } } };
  const response = await deliver(edge, bad);
  assert.equal(response.status, 400);
  assert.match(await response.text(), /pull_request\.head\.sha: must be a full commit id/);
});

test("decide reviews a draft from ready_for_review on, and closes it always", async () => {
  await using edge = await startEdge();
  const statusOf = async (action: string) =>
    (await deliver(edge, pullRequestPayload({ action, draft: true }))).status;
  assert.deepEqual(
    await Promise.all(
      ["opened", "synchronize", "reopened", "ready_for_review", "closed"].map(statusOf),
    ),
    [200, 200, 200, 202, 202],
  );
});
