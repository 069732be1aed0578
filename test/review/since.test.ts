import assert from "node:assert/strict";
import { test } from "node:test";
import type { SessionContext } from "#runner/review/in-session.ts";
import { lastReviewAmong } from "#runner/review/last-review.ts";
import type { Subject } from "#runner/subject.ts";
import type { Checkout } from "#runner/workspace/checkout.ts";
import type { Since } from "#runner/workspace/since.ts";
import type { Review } from "#shared/review.ts";
import type { TaskResult } from "#shared/task.ts";
import { pullRequestEvent } from "../shared/pull-request-event.ts";
import { noChange } from "./no-change.ts";
import { type Scene, setScene } from "./set-scene.ts";
import type { Step } from "./talk.ts";

const found: Review = {
  summary: "It leaks.",
  findings: [
    {
      ...{ severity: "high", category: "bug", file: "a.ts", line: 1 },
      ...{ message: "Leaks a handle.", suggestion: null },
    },
  ],
};
const answer: Step = { do: "answer", text: JSON.stringify(found) };

const file = (path: string) => ({ path, status: "added", additions: 1, deletions: 0 }) as const;
const since: Since = {
  ...{ kind: "changes", from: "b".repeat(40), merged: false },
  ...{ files: [file("b.ts")], diff: "+only this\n", diffBytes: 11, omitted: [] },
};
const later: Checkout = {
  ...noChange,
  ...{ files: [file("a.ts"), file("b.ts"), file("big.ts")], diff: "+all of it\n", diffBytes: 11 },
  since,
};

test("a push to a pull request whose conversation gave the last review: only what changed since", async () => {
  await using scene = await setScene(answer, answer);
  const first = await review(scene, noChange, undefined);
  const second = await review(scene, later, first);
  const [, heard] = scene.heard();
  const text = heard?.text ?? "";
  assert.match(text, /what changed since b{40}, the head that you reviewed last/);
  assert(text.includes("+only this") && text.includes("Leaks a handle."));
  assert(!text.includes("+all of it") && !text.includes("Title and description"));
  assert.equal(second.since_sha, "b".repeat(40));
  assert.equal(second.conversation, first.conversation);
});

test("a title that changed since is told again", async () => {
  await using scene = await setScene(answer, answer);
  const first = await review(scene, noChange, undefined);
  const event = pullRequestEvent();
  const pull_request = { ...event.pull_request, title: "Another title" };
  await review(scene, later, first, { ...event, pull_request });
  assert.match(scene.heard()[1]?.text ?? "", /Title and description:\n.*\nAnother title\n/s);
});

test("a branch that was rewritten: the whole change, and that it was", async () => {
  await using scene = await setScene(answer, answer);
  const first = await review(scene, noChange, undefined);
  const rewritten: Since = { kind: "rewritten", from: "b".repeat(40) };
  const second = await review(scene, { ...later, since: rewritten }, first);
  const text = scene.heard()[1]?.text ?? "";
  assert.match(text, /^Pull request #7 has a new version\..*b{40}, is not among its commits/s);
  assert(text.includes("+all of it") && !text.includes("Leaks a handle."));
  assert.equal(second.since_sha, undefined);
});

test("a conversation that did not give the last review gets the whole change and that review", async () => {
  await using scene = await setScene(answer, answer, answer);
  const first = await review(scene, noChange, undefined);
  const second = await review(scene, later, { ...first, conversation: "another" });
  await scene.sessions.forget(scene.task.session_id);
  const third = await review(scene, later, first);
  for (const { text } of scene.heard().slice(1)) {
    assert(text.includes("+all of it") && text.includes("Leaks a handle."));
    assert(!text.includes("+only this"));
  }
  assert.deepEqual([second.since_sha, third.since_sha], [undefined, undefined]);
});

test("the result names what was not looked at, in this review and those that it goes on from", async () => {
  await using scene = await setScene(answer, answer);
  const big = { path: "big.ts", reason: "too_large" } as const;
  const gone = { path: "gone.ts", reason: "too_large" } as const;
  const lock = { path: "b.lock", reason: "excluded" } as const;
  const first = await review(scene, { ...noChange, omitted: [big, gone] }, undefined);
  assert.deepEqual(first.omitted_files, [big, gone]);
  const second = await review(
    scene,
    { ...later, omitted: [], since: { ...since, omitted: [lock] } },
    first,
  );
  assert.deepEqual(second.omitted_files, [lock, big]);
});

type Reviewed = Extract<TaskResult, { kind: "review" }>;

/** Reviews a checkout, after a review that this one is told of. */
async function review(
  scene: Scene,
  checkout: Checkout,
  before: Reviewed | undefined,
  subject: Subject = pullRequestEvent(),
): Promise<Reviewed> {
  const last = lastReviewAmong([{ ...scene.task, result: before ?? null }]);
  const context: Partial<SessionContext> = {
    subject,
    prepare: async () => checkout,
    lastReview: last,
  };
  const result = await scene.review(context);
  assert(result.kind === "review");
  return result;
}
