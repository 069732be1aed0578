import assert from "node:assert/strict";
import { test } from "node:test";
import { HandOff, WebhookIgnored } from "#shared/api.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import type { RunningEdge } from "../start-edge.ts";
import { type CommentDelivery, commentPayloads, pipelinePayloads } from "./comment-payloads.ts";
import type { Way } from "./forges.ts";

/** What comments and pipelines become, in one way of a forge, wherever the edge runs. */
export function commandTests(way: Way, running: () => RunningEdge): void {
  const { name, forge, path, host } = way;
  const deliver = async ({ payload, event }: CommentDelivery) =>
    await fetch(running().url + path, await way.deliver(payload, { event }));
  const handedOver = async (delivery: CommentDelivery) => {
    const response = await deliver(delivery);
    assert.equal(response.status, 202, await response.text());
    return HandOff.parse(JSON.parse(running().runner.requests.at(-1)?.body ?? ""));
  };
  const codeOf = async (delivery: CommentDelivery) => {
    const response = await deliver(delivery);
    assert.equal(response.status, 200);
    return WebhookIgnored.parse(await response.json()).code;
  };

  test(`${name} hands a command over with its text, its place and who gave it`, async () => {
    const { kind, message, event } = await handedOver(commentPayloads[forge]("/ask Why\ntwice?"));
    assert.deepEqual([kind, message], ["ask", "Why\ntwice?"]);
    assert(event.type === "comment");
    const { comment, pull_request, repository, sender, authorization } = event;
    assert.deepEqual([repository.host, repository.owner, repository.name], [host, "acme", "shop"]);
    assert.deepEqual([comment.id, comment.body], ["31", "/ask Why\ntwice?"]);
    assert.deepEqual([comment.author, sender.login, authorization], ["mona", "mona", "verified"]);
    const { number, title, state } = pull_request;
    assert.deepEqual([number, title, state], [7, "Charge the card once", "open"]);
    // An answer goes below it where the forge has threads.
    const threads = { github: undefined, gitlab: "d15c", gitee: "31", gitea: undefined };
    assert.equal(comment.thread, threads[forge]);
  });

  test(`${name} gives a command to the session of its pull request`, async () => {
    const { event } = await handedOver(commentPayloads[forge]("/review"));
    const opened = await fetch(running().url + path, await way.deliver(way.payload()));
    assert.equal(opened.status, 202);
    const other = HandOff.parse(JSON.parse(running().runner.requests.at(-1)?.body ?? ""));
    assert.equal(sessionIdOf(event), sessionIdOf(other.event));
  });

  test(`${name} makes nothing of a comment that is edited, on an issue, or talk`, async () => {
    const payload = commentPayloads[forge];
    assert.equal(await codeOf(payload("/review", { edited: true })), "edited_comment");
    assert.equal(await codeOf(payload("/review", { onIssue: true })), "not_handled");
    assert.equal(await codeOf(payload("> /review")), "no_command");
  });

  const pipeline = pipelinePayloads[forge];
  if (pipeline === undefined) return;
  test(`${name} has a failed pipeline of a pull request analyzed, and no other`, async () => {
    const { kind, message, event } = await handedOver(pipeline(true));
    assert.equal(kind, "analyze");
    assert(event.type === "pipeline");
    assert.deepEqual([event.pull_request.number, event.pull_request.fork], [7, false]);
    const { run_id, jobs } = event.pipeline;
    const ids = forge === "gitlab" ? [undefined, ["11"]] : ["9", undefined];
    assert.deepEqual([run_id, jobs?.map(({ id }) => id)], ids);
    assert.match(message ?? "", /^Pipeline CI failed at a{40}\./);
    if (forge === "gitlab") assert.match(message ?? "", /\n- job unit of stage test: script_fail/);
    assert.doesNotMatch(message ?? "", /lint/);
    assert.equal(await codeOf(pipeline(false)), "not_handled");
  });
}
