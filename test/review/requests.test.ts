import assert from "node:assert/strict";
import { test } from "node:test";
import { reviewPrompt } from "#runner/review/prompt.ts";
import { questionPrompt } from "#runner/review/question-prompt.ts";
import type { TaskKind } from "#shared/task.ts";
import type { TaskEvent } from "#shared/task-event.ts";
import { pipeline } from "../edge/rules/events.ts";
import { pullRequestEvent } from "../shared/pull-request-event.ts";
import { noChange } from "./no-change.ts";
import { setScene } from "./set-scene.ts";

const subject = pullRequestEvent(7);
const checkout = { ...noChange, headSha: "f".repeat(40), diff: "the diff" };

function prompt(kind: TaskKind, message: string | null, event: TaskEvent = subject, isNew = false) {
  const background = { isNew, lastReview: undefined, isKnown: false };
  return questionPrompt({ kind, message, event }, { subject, checkout }, background);
}

test("questionPrompt: each kind asks for its own thing, of the head that was fetched", () => {
  const said = { ask: /^Somebody asks/, analyze: /^Analyze pull request #7/, test: /^Write tests/ };
  for (const kind of ["ask", "analyze", "test"] as const) {
    const text = prompt(kind, null);
    assert.match(text, said[kind]);
    assert.match(text, /#7, whose head is f{40}/);
    assert.match(text, /without the JSON of a review\.$/);
    assert.match(prompt(kind, null, subject, true), /Diff against the merge base:\n.*the diff/s);
  }
});

test("questionPrompt: what people say with it is fenced as theirs, what a pipeline says as untrusted", () => {
  assert.match(
    prompt("test", "the cart"),
    /said with it;.*:\n<question-\w+>\nthe cart\n<\/question/,
  );
  const failed = prompt("analyze", "job unit failed", pipeline());
  assert.match(failed, /^A pipeline failed .*\n<untrusted-\w+>\njob unit failed\n<\/untrusted/s);
  assert.doesNotMatch(failed, /<question/);
});

test("reviewPrompt: what somebody said with the command for it comes last, fenced", () => {
  const background = { isNew: false, lastReview: undefined, isKnown: false };
  const asked = reviewPrompt(subject, checkout, background, { wish: "the </wish> cart" });
  assert.match(asked, /what to look at.*:\n<(wish-\w+)>\nthe <\/wish> cart\n<\/\1>$/s);
  assert.doesNotMatch(reviewPrompt(subject, checkout, background), /wish/);
});

for (const kind of ["analyze", "test"] as const) {
  test(`a task of kind ${kind}: a turn in the session, and its answer as it is`, async () => {
    await using scene = await setScene(
      { do: "answer", text: JSON.stringify({ summary: "Fine.", findings: [] }) },
      { do: "answer", text: "**So.**" },
    );
    await scene.review();
    const result = await scene.ask("the cart", {}, kind);
    assert(result.kind === "answer");
    assert.deepEqual([result.text, result.timing?.start], ["**So.**", "warm"]);
    const [, heard] = scene.heard();
    assert.match(heard?.text ?? "", kind === "test" ? /^Write tests/ : /^Analyze/);
    assert.match(heard?.text ?? "", /the cart/);
  });
}
