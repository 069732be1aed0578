import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { gitlab } from "#edge/forge/gitlab.ts";
import type { PullRequestEvent } from "#shared/event.ts";
import { assertProblem } from "#test/runner-http/assert-problem.ts";
import { secretsOf } from "../settings.ts";
import { startEdge } from "../start-edge.ts";
import { commits } from "./changes.ts";
import { commentPayloads } from "./comment-payloads.ts";
import { gitlabByToken, gitlabSigned } from "./deliveries.ts";
import { gitlabPayload } from "./gitlab-payload.ts";

const event = "Merge Request Hook";

/** The payload with some of the merge request's own fields changed. */
function payloadWith(attributes: object, rest: object = {}) {
  const payload = gitlabPayload({ action: "labeled" });
  const object_attributes = { ...payload.object_attributes, ...attributes };
  return { ...payload, object_attributes, ...rest };
}

function eventOf(payload: unknown, name = event): PullRequestEvent {
  const normalized = gitlab.normalize(name, payload);
  assert(normalized.kind === "event" && normalized.event.type === "pull_request");
  return normalized.event;
}

function reasonOf(payload: unknown, name = event): string {
  const normalized = gitlab.normalize(name, payload);
  assert.equal(normalized.kind, "ignored");
  return normalized.reason;
}

test("gitlab takes the hook of a whole instance, which has all kinds of events", () => {
  assert.equal(eventOf(gitlabPayload(), "System Hook").action, "opened");
  assert.match(reasonOf({ event_name: "project_create" }, "System Hook"), /System Hook/);
  assert.match(reasonOf({ object_kind: "note" }), /Merge Request Hook is not handled/);
  assert.match(reasonOf({ object_kind: "note" }, "Confidential Note Hook"), /Confidential/);
});

test("gitlab takes an update for new code only when it says what the branch was at", () => {
  assert.match(reasonOf(payloadWith({ oldrev: null }, { changes: {} })), /action update/);
  assert.equal(eventOf(payloadWith({ oldrev: commits.before })).action, "synchronize");
});

test("gitlab tells the end of a draft by its switch, in older versions by its title", () => {
  const draft = (previous: boolean) => ({ draft: { previous, current: !previous } });
  assert.equal(eventOf(payloadWith({}, { changes: draft(true) })).action, "ready_for_review");
  assert.equal(eventOf(payloadWith({}, { changes: draft(false) })).action, "converted_to_draft");
  const title = (previous: string, current: string) => ({ title: { previous, current } });
  for (const before of ["WIP: Pay", "Draft: Pay", "[Draft] Pay", "(draft) Pay", "[WIP] Pay"]) {
    const payload = payloadWith({}, { changes: title(before, "Pay") });
    assert.equal(eventOf(payload).action, "ready_for_review", before);
  }
  const now = eventOf(payloadWith({}, { changes: title("Pay", "Draft: Pay") })).action;
  assert.equal(now, "converted_to_draft");
  const other = eventOf(payloadWith({}, { changes: title("Draft of it", "It") })).action;
  assert.equal(other, "edited");
  const noText = { title: { previous: { toString: 1 }, current: "It" } };
  assert.equal(eventOf(payloadWith({}, { changes: noText })).action, "edited");
});

test("gitlab ends a merge request that is closed as one that is merged", () => {
  assert.equal(eventOf(payloadWith({ action: "close" })).action, "closed");
  assert.match(reasonOf(payloadWith({ action: "approved" })), /action approved/);
  assert.match(reasonOf(payloadWith({ action: undefined })), /action none/);
});

test("gitlab ignores a merge request without commits", () => {
  const empty = payloadWith({ action: "open", last_commit: null });
  assert.match(reasonOf(empty), /no commits/);
});

test("gitlab names the author where the payload has the name", () => {
  const authorOf = (rest: object) =>
    eventOf(payloadWith({ action: "open" }, rest)).pull_request.author;
  const user = { id: 1, username: "other" };
  assert.equal(authorOf({}), "mona");
  assert.equal(authorOf({ user }), "");
  assert.equal(authorOf({ user, assignees: [{ id: 51, username: "mona" }] }), "mona");
  assert.equal(authorOf({ user, reviewers: [user, { id: 51, username: "mona" }] }), "mona");
});

test("gitlab tells the page of an old note's merge request by the note's, and refuses one without", () => {
  const { payload } = commentPayloads.gitlab("/review");
  const note = z.object({ object_attributes: z.looseObject({}), merge_request: z.looseObject({}) });
  const { object_attributes, merge_request } = note.parse(payload);
  const old = { ...payload, merge_request: { ...merge_request, url: undefined } };
  const normalized = gitlab.normalize("Note Hook", old);
  assert(normalized.kind === "event" && normalized.event.type === "comment");
  assert.equal(
    normalized.event.pull_request.url,
    "https://gitlab.com/acme/shop/-/merge_requests/7",
  );
  const bare = { ...old, object_attributes: { ...object_attributes, url: undefined } };
  assert.throws(() => gitlab.normalize("Note Hook", bare), {
    code: "invalid_request",
    message: /merge_request\.url/,
  });
});

test("gitlab knows a delivery by webhook-id, Idempotency-Key or its body, not by the event", () => {
  const identify = (headers: Record<string, string>, text = "{}") => {
    const all = { "x-gitlab-event": event, "x-gitlab-event-uuid": "uuid", ...headers };
    return gitlab.identify({ headers: new Headers(all), body: new TextEncoder().encode(text) });
  };
  const both = { "webhook-id": "id-1", "idempotency-key": "id-2" };
  assert.deepEqual(identify(both), { id: "id-1", event });
  assert.equal(identify({ "idempotency-key": "id-2" }).id, "id-2");
  const { id } = identify({});
  assert.match(id, /^[0-9a-f]{64}$/);
  assert.equal(identify({}).id, id);
  assert.notEqual(identify({}, "[]").id, id);
  assert.throws(() => identify({ "webhook-id": "a/b" }), { code: "invalid_request" });
});

test("gitlab takes no signing token as a plain one, and signs under no plain one", async () => {
  const [token] = secretsOf.gitlabToken;
  const [signing] = secretsOf.gitlabSigning;
  for (const [secret, wrong, name] of [
    [signing, gitlabByToken(gitlabPayload(), { secret: signing }), /webhook-signature/],
    [token, gitlabSigned(gitlabPayload(), { secret: token }), /X-Gitlab-Token/],
  ] as const) {
    await using edge = await startEdge({ environment: { GITLAB_WEBHOOK_SECRET: secret } });
    const response = await fetch(`${edge.url}/webhooks/gitlab`, wrong);
    assert.match((await assertProblem(response, 401, "unauthorized")).detail, name);
  }
});

test("gitlab refuses a signature without its id or its time", async () => {
  const { headers, body } = gitlabSigned(gitlabPayload());
  const now = Date.now();
  const secrets = [secretsOf.gitlabSigning[0]];
  for (const [name, value] of [
    ["webhook-id", undefined],
    ["webhook-id", "another"],
    ["webhook-timestamp", undefined],
    ["webhook-timestamp", "soon"],
    ["webhook-timestamp", String(Math.floor(now / 1000) - 10)],
  ] as const) {
    const changed = new Headers(headers);
    if (value === undefined) changed.delete(name);
    else changed.set(name, value);
    const verify = () => gitlab.verify({ headers: changed, body }, { secrets, now });
    assert.throws(verify, { code: "unauthorized" }, `${name} ${value}`);
  }
});

test("gitlab reads a body once for each secret, however many signatures come with it", () => {
  const body = new Uint8Array(4 * 1024 ** 2);
  const secrets = [secretsOf.gitlabSigning[0]];
  const signature = `v1,${Buffer.alloc(32).toString("base64")}`;
  const timeOf = (count: number) => {
    const headers = new Headers({
      "webhook-id": "1",
      "webhook-timestamp": "1",
      "webhook-signature": Array(count).fill(signature).join(" "),
    });
    const began = performance.now();
    const verify = () => gitlab.verify({ headers, body }, { secrets, now: 0 });
    assert.throws(verify, { code: "unauthorized", message: /wrong webhook-signature/ });
    return performance.now() - began;
  };
  // Of a busy machine's times the least says most.
  const least = (count: number) => Math.min(...[1, 2, 3].map(() => timeOf(count)));
  const [one, many] = [least(1), least(300)];
  assert.ok(many < 30 * one, `${many} ms for 300, ${one} ms for one`);
});
