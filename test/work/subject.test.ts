import assert from "node:assert/strict";
import { test } from "node:test";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import { subjectOf } from "#runner/subject.ts";
import type { PullRequestEvent } from "#shared/event.ts";
import type { Task } from "#shared/task.ts";
import type { PullRequestTold, TaskEvent } from "#shared/task-event.ts";
import { accepted } from "../store/drive.ts";
import { handOff } from "../store/hand-off.ts";
import { tempFolder } from "../temp-folder.ts";

const told: PullRequestTold = { number: 7, url: "https://github.com/acme/shop/pull/7" };

/** A comment that tells so much of its pull request. */
function comment(
  pull_request: PullRequestTold,
  repository: Partial<PullRequestEvent["repository"]> = { default_branch: "trunk" },
): TaskEvent {
  const { event } = handOff(7);
  return {
    ...event,
    type: "comment",
    action: "created",
    repository: { ...event.repository, ...repository },
    pull_request,
    comment: { id: "1", body: "/ask", author: "mona" },
    authorization: "verified",
  };
}

/** The subject of a task about an event, behind those that were handed over before. */
async function subject(event: TaskEvent, ...before: readonly PullRequestEvent[]) {
  await using folder = await tempFolder();
  await using store = new SqliteStore({ folder: folder.path, host: "test" });
  for (const earlier of before) await accepted(store, { ...handOff(7), event: earlier });
  const id = await accepted(store, { ...handOff(7), kind: "ask", event });
  const task: Task = (await store.task(id)) ?? assert.fail("no task");
  return await subjectOf(task, store);
}

test("subjectOf: an event of the pull request itself tells all", async () => {
  const { event } = handOff(7);
  const { pull_request } = await subject(event);
  assert.deepEqual(pull_request, event.pull_request);
});

test("subjectOf: a comment that tells a number alone is about what the last event told", async () => {
  const { event } = handOff(7);
  const old = { ...event, pull_request: { ...event.pull_request, title: "Old", fork: true } };
  const { pull_request, likeSha } = await subject(comment(told), old, event);
  assert.deepEqual(pull_request, {
    number: 7,
    title: "Charge the card once",
    body: "",
    // The head of that event may be an old one by now.
    head: { sha: undefined },
    base: { ref: "main" },
    fork: false,
  });
  assert.equal(likeSha, "a".repeat(40));
});

test("subjectOf: an event that was delivered late tells what was before", async () => {
  const { event } = handOff(7, { updatedAt: Date.now() });
  const { event: old } = handOff(7, { updatedAt: Date.now() - 60_000 });
  old.pull_request.title = "Old";
  const { pull_request } = await subject(comment(told), event, old);
  assert.equal(pull_request.title, "Charge the card once");
});

test("subjectOf: what a comment tells goes before what was known", async () => {
  const { event } = handOff(7);
  const head = { sha: "c".repeat(40), ref: "topic" };
  const base = { sha: "d".repeat(40), ref: "next" };
  const newer = { ...told, title: "New", body: "Text", head, base, fork: true };
  const { pull_request } = await subject(comment(newer), event);
  assert.deepEqual(pull_request, {
    ...{ number: 7, title: "New", body: "Text", head: { sha: head.sha }, base, fork: true },
  });
});

test("subjectOf: without any other event it is taken for a fork into the default branch", async () => {
  const { pull_request } = await subject(comment(told));
  const { base, fork, head } = pull_request;
  assert.deepEqual([base, fork, head.sha], [{ ref: "trunk" }, true, undefined]);
});

test("subjectOf: where nothing tells a base, it says what to do", async () => {
  await assert.rejects(subject(comment(told, {})), {
    code: "invalid_request",
    hint: /Push to the pull request/,
  });
});
