import assert from "node:assert/strict";
import { test } from "node:test";
import { newBudget } from "../budget/new-budget.ts";
import { lastReview } from "./no-change.ts";
import { setScene, setWatchedScene } from "./set-scene.ts";
import type { Step } from "./talk.ts";

const review = { summary: "Fine.", findings: [] };
const answer: Step = { do: "answer", text: JSON.stringify(review) };
const die: Step = { do: "die" };

test("runReview: a process that dies is replaced, and gets the very message again", async () => {
  await using scene = await setScene(die, answer);
  const result = await scene.review();
  assert(result.kind === "review");
  assert.equal(result.timing.start, "resumed");
  const [first, second, ...rest] = scene.heard();
  assert(first && second && rest.length === 0);
  assert.deepEqual([first.opening, second.opening], ["--session-id", "--resume"]);
  assert.equal(second.conversation, first.conversation);
  assert.equal(second.uuid, first.uuid);
  const types = scene.events.map(({ type }) => type);
  assert.deepEqual(types.slice(-4), [
    "session.starting",
    "session.resumed",
    "turn.started",
    "turn.completed",
  ]);
});

test("runReview: a process that hung is not asked again, although it obeyed its interrupt", async () => {
  await using scene = await setWatchedScene(200, { do: "wait" }, answer);
  const result = await scene.review();
  assert(result.kind === "review");
  assert.equal(result.timing.start, "resumed");
  const stopped = scene.events.find(({ type }) => type === "turn.stopped");
  assert.deepEqual(stopped?.data, { step: "interrupt" });
});

test("runReview: the time of a budget ends a turn, and leaves nothing for the next", async () => {
  const limits = { task: { time: 300 }, session: {}, day: {} };
  await using scene = await setScene({ do: "wait" }, answer);
  const review = scene.review({ budget: newBudget(limits) });
  await assert.rejects(review, {
    code: "budget_exhausted",
    message: /^Budget of the task is exhausted: \d+ of 300 ms spent$/,
  });
  assert.equal(scene.heard().length, 1);
});

test("runReview: a conversation in which two processes died is given up for a new one", async () => {
  await using scene = await setScene(die, die, answer);
  const result = await scene.review();
  assert(result.kind === "review");
  assert.equal(result.timing.start, "cold");
  const [first, second, third] = scene.heard();
  assert(first && second && third);
  assert.equal(second.conversation, first.conversation);
  assert.equal(third.opening, "--session-id");
  assert.notEqual(third.conversation, first.conversation);
  assert.match(third.text, /^Review pull request #7\./);
});

test("runReview: a message that two processes die over is journaled as poisonous", async () => {
  await using scene = await setScene(die, die, answer);
  await scene.review();
  const found = scene.events.filter(({ type }) => type === "input.poisonous");
  assert.deepEqual(found, [{ type: "input.poisonous", data: { deaths: 2 } }]);
});

test("runReview: a third death leads to a process for this alone, which nobody resumes", async () => {
  await using scene = await setScene(die, die, die, answer, answer);
  const result = await scene.review();
  assert(result.kind === "review");
  assert.equal(result.timing.start, "one_shot");
  await scene.review();
  const [last, before] = scene.heard().toReversed();
  assert.equal(last?.opening, "--session-id");
  assert.notEqual(last?.conversation, before?.conversation);
});

test("runReview: when a fourth process dies it fails, and says how all ended", async () => {
  await using scene = await setScene(die, die, die, die, answer);
  const how = "CLI ended with code 139: Segmentation fault";
  await assert.rejects(scene.review(), {
    code: "input_poisonous",
    category: "input",
    message: `4 processes did not survive this review: ${[how, how, how, how].join("; ")}`,
  });
  assert.equal(scene.heard().length, 4);
});

test("runReview: a new conversation is told what the last one said", async () => {
  await using scene = await setScene(die, die, answer);
  await scene.review({ lastReview: lastReview({ summary: "It leaks.", findings: [] }) });
  const [first, , third] = scene.heard();
  assert.match(first?.text ?? "", /It leaks\./);
  assert.match(third?.text ?? "", /new version.*It leaks\./s);
});

test("runReview: a CLI that knows every message is asked in a new conversation", async () => {
  const know: Step = { do: "know" };
  await using scene = await setScene(know, know, know, know, answer);
  const result = await scene.review();
  assert(result.kind === "review");
  const heard = scene.heard();
  assert.equal(heard.length, 5);
  assert.notEqual(heard.at(-1)?.conversation, heard[0]?.conversation);
});

const apiError = (api_error_status: number | null, result = "It said no") =>
  ({ is_error: true, api_error_status, result }) as const;

for (const { when, result, error } of [
  {
    when: "a key that is refused",
    result: apiError(401),
    error: { code: "model_refused_key", category: "config", hint: /ANTHROPIC_API_KEY/ },
  },
  {
    when: "a key that is not allowed",
    result: apiError(403),
    error: { code: "model_refused_key", category: "config", hint: /ANTHROPIC_API_KEY/ },
  },
  {
    when: "a request that is refused",
    result: apiError(400),
    error: { code: "model_refused_request", category: "config", hint: /claude\.model/ },
  },
  {
    when: "too many requests",
    result: apiError(429),
    error: { code: "model_overloaded", category: "transient", message: /429: It said no/ },
  },
  {
    when: "an API that is overloaded",
    result: apiError(529),
    error: { code: "model_overloaded", category: "transient", message: /529: It said no/ },
  },
  {
    when: "an API that can't be reached",
    result: apiError(null, "Connection refused"),
    error: {
      code: "model_unreachable",
      category: "transient",
      message: /Connection refused/,
      hint: /ANTHROPIC_BASE_URL/,
    },
  },
  {
    when: "too many requests in one turn",
    result: { subtype: "error_max_turns", terminal_reason: "max_turns", num_turns: 3 },
    error: {
      code: "budget_exceeded",
      category: "output",
      message: /all its 3 model requests/,
      hint: /claude\.max_turns/,
    },
  },
]) {
  test(`runReview: ${when} is no trouble of the process and says what to do`, async () => {
    await using scene = await setScene({ do: "fail", result }, answer);
    await assert.rejects(scene.review(), error);
    assert.equal(scene.heard().length, 1);
    assert(!scene.events.some(({ type }) => type === "turn.completed"));
    assert.equal(scene.sessions.processOf(scene.task.session_id)?.state, "ready");
  });
}
