import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { gitea } from "#edge/forge/gitea.ts";
import type { PullRequestEvent } from "#shared/event.ts";
import { commits } from "./changes.ts";
import { commentPayloads } from "./comment-payloads.ts";
import { giteaPayload } from "./gitea-payload.ts";

/** What is made of a payload with some of the pull request's own fields changed. */
function normalize(fields: object, rest: object = {}) {
  const payload = giteaPayload();
  const pull_request = { ...payload.pull_request, ...fields };
  return gitea.normalize("pull_request", { ...payload, pull_request, ...rest });
}

function eventOf(fields: object, rest?: object): PullRequestEvent {
  const normalized = normalize(fields, rest);
  assert(normalized.kind === "event" && normalized.event.type === "pull_request");
  return normalized.event;
}

test("gitea leaves the base's commit open when its branch is gone", () => {
  const { base } = eventOf({ base: { sha: "", ref: "main" } }).pull_request;
  assert.deepEqual(base, { ref: "main" });
});

test("gitea takes the word of newer versions for a draft, else the title's", () => {
  const draftOf = (fields: object) => eventOf(fields).pull_request.draft;
  assert.equal(draftOf({ draft: true }), true);
  assert.equal(draftOf({ draft: false, title: "WIP: Pay" }), false);
  for (const title of ["WIP: Pay", "[WIP] Pay", "wip:pay"]) assert.equal(draftOf({ title }), true);
  for (const title of ["Wipe the cache", "Explain WIP: and [WIP]"]) {
    assert.equal(draftOf({ title }), false);
  }
});

test("gitea takes an edit for the end of a draft only when the title lost its mark", () => {
  const edited = (from: string | undefined, title: string) =>
    eventOf({ title }, { action: "edited", changes: from === undefined ? {} : { title: { from } } })
      .action;
  assert.equal(edited("WIP: Pay", "Pay"), "ready_for_review");
  assert.equal(edited("Pay", "WIP: Pay"), "converted_to_draft");
  assert.equal(edited("Pay", "Pay now"), "edited");
  assert.equal(edited("WIP: Pay", "[WIP] Pay"), "edited");
  assert.equal(edited(undefined, "Pay"), "edited");
});

test("gitea takes a pull request of an account that is gone", () => {
  assert.equal(eventOf({ user: null }).pull_request.author, "");
});

test("gitea takes the text of a review for a comment, with the head of its pull request", () => {
  const review = { type: "pull_request_review_comment", content: "/ask Why?" };
  const normalized = gitea.normalize("pull_request_comment", { ...giteaPayload(), review });
  assert(normalized.kind === "event" && normalized.event.type === "comment");
  const { comment, pull_request } = normalized.event;
  assert.deepEqual(comment, { body: "/ask Why?", author: "mona" });
  assert.equal(pull_request.head?.sha, commits.head);
});

test("gitea refuses a comment whose page nothing tells", () => {
  const { payload } = commentPayloads.gitea("/review");
  const Told = z.object({ issue: z.looseObject({}), comment: z.looseObject({}) });
  const { issue, comment } = Told.parse(payload);
  const bare = {
    ...payload,
    issue: { ...issue, html_url: undefined },
    comment: { ...comment, html_url: undefined },
  };
  assert.throws(() => gitea.normalize("issue_comment", bare), { code: "invalid_request" });
});
