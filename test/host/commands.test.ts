import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "#client/client.ts";
import { DeliveryIgnored, WebhookAccepted } from "#shared/api.ts";
import { Task } from "#shared/task.ts";
import { delivery } from "../edge/delivery.ts";
import { textBlock } from "../messages-api/blocks.ts";
import { message, text } from "../messages-api/reply.ts";
import { until } from "../until.ts";
import { review, type Scene, setScene } from "./scene.ts";

/** Somebody comments on a pull request, as GitHub tells it: without the commits. */
async function comment(scene: Scene, number: number, body: string, association = "MEMBER") {
  const page = `https://github.com/Codertocat/Hello-World/pull/${number}`;
  const payload = {
    action: "created",
    repository: {
      id: 186853002,
      name: "Hello-World",
      owner: { login: "Codertocat" },
      clone_url: scene.repository.url,
      default_branch: "main",
    },
    issue: { number, html_url: page, title: "Add discounts", state: "open", pull_request: {} },
    comment: { id: 31, body, user: { login: "mona" }, author_association: association },
    sender: { login: "mona", type: "User" },
  };
  const options = {
    event: "issue_comment",
    secret: "webhook-secret",
    id: `comment-${body.slice(1, 5)}`,
  };
  const url = `${scene.program.edgeUrl}/webhooks/github`;
  return await fetch(url, await delivery(payload, options));
}

/** The task of a comment, when it has ended. */
async function taskOf(response: Response): Promise<Task> {
  assert.equal(response.status, 202);
  const { events_url, status_url } = WebhookAccepted.parse(await response.json());
  await Array.fromAsync(createClient({ url: new URL(events_url).origin }).followLink(events_url));
  return Task.parse(await (await fetch(status_url)).json());
}

test("a question under a pull request that nothing is known of: answered about its head", async () => {
  await using scene = await setScene({ respond: () => text("So.") });
  const base = await scene.repository.commit({ files: { "a.ts": "1\n" } });
  const change = { files: { "src/cart.ts": "2\n" }, branch: "topic", from: base };
  const head = await scene.repository.commit(change);
  await scene.repository.setRef("refs/pull/5/head", head);
  const task = await taskOf(await comment(scene, 5, "/ask Why this cart?"));
  assert(task.result?.kind === "answer", JSON.stringify(task.error));
  assert.deepEqual([task.kind, task.message, task.result.text], ["ask", "Why this cart?", "So."]);
  assert.equal(task.result.head_sha, head);
  assert(task.event.type === "comment" && task.event.comment.id === "31");
  const said = JSON.stringify(scene.api.requests[0]?.body.messages);
  for (const part of ["Why this cart?", "src/cart.ts", "Add discounts"]) {
    assert(said.includes(part), part);
  }
});

test("commands of a pull request that is known: help without the model, cancel at once", async () => {
  const { promise: never } = Promise.withResolvers<void>();
  await using scene = await setScene({
    respond: () => message({ blocks: [textBlock("I begin "), never, textBlock(review())] }),
  });
  const sent = await scene.push(1);
  await sent.first("message.delta");
  const asked = scene.api.requests.length;
  const helping = taskOf(await comment(scene, 1, "/help"));
  const cancel = await taskOf(await comment(scene, 1, "/cancel"));
  assert.deepEqual([cancel.state, cancel.session_id], ["succeeded", sent.session_id]);
  const ended = (await sent.journal()).at(-1);
  assert.equal(ended?.type, "task.cancelled");
  assert.deepEqual(ended.data, { reason: "Cancelled by mona in a comment" });
  const help = await helping;
  assert(help.result?.kind === "answer" && /\/analyze/.test(help.result.text));
  assert.equal(scene.api.requests.length, asked);
});

test("a command of somebody who may not: ignored, and the API tells why", async () => {
  await using scene = await setScene();
  const response = await comment(scene, 1, "/review", "CONTRIBUTOR");
  assert.equal(response.status, 200);
  let told: unknown;
  await until(async () => {
    const answer = await scene.ask("/v1/deliveries/comment-revi");
    told = await answer.json();
    return answer.status === 200;
  });
  const { code, reason } = DeliveryIgnored.parse(told);
  assert.equal(code, "not_allowed");
  assert.match(reason, /mona \(CONTRIBUTOR\) may not give commands/);
  assert.deepEqual(scene.api.requests, []);
});
