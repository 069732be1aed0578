import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { questionPrompt } from "#runner/review/question-prompt.ts";
import { pullRequestEvent } from "../shared/pull-request-event.ts";
import { until } from "../until.ts";
import { lastReview, noChange } from "./no-change.ts";
import { setScene } from "./set-scene.ts";
import type { Step } from "./talk.ts";

const review = { summary: "Found something.", findings: [] };
const reviewed: Step = { do: "answer", text: JSON.stringify(review) };
const answer: Step = { do: "answer", text: "Because **it** is.\n\n```json\n{}\n```" };

test("answerQuestion: the answer as it is, with what it took", async () => {
  await using scene = await setScene(answer);
  const result = await scene.ask("Why?");
  assert(result.kind === "answer");
  assert.deepEqual([result.text, result.head_sha], [answer.text, "a".repeat(40)]);
  assert.deepEqual([result.usage?.cost_usd, result.usage?.output_tokens], [0.25, 20]);
  assert.equal(result.timing?.start, "cold");
  assert((result.timing?.turn_ms ?? 0) > 0);
  assert.equal(scene.events.at(-1)?.type, "turn.completed");
});

test("answerQuestion in a new conversation: the question comes with the pull request", async () => {
  await using scene = await setScene(answer);
  await scene.ask("Why?", { lastReview: lastReview(review) });
  const [heard] = scene.heard();
  for (const part of ["Diff against the merge base", "Found something.", "\nWhy?\n"]) {
    assert(heard?.text.includes(part), part);
  }
  assert.equal(heard?.verbatim, true);
});

test("answerQuestion after a review: the next turn of the same process, the question alone", async () => {
  await using scene = await setScene(reviewed, answer);
  await scene.review();
  const result = await scene.ask("Why?");
  assert(result.kind === "answer");
  assert.equal(result.timing?.start, "warm");
  const [first, second] = scene.heard();
  assert.equal(second?.conversation, first?.conversation);
  assert.notEqual(second?.uuid, first?.uuid);
  assert.match(second?.text ?? "", /\nWhy\?\n/);
  assert.doesNotMatch(second?.text ?? "", /Diff against/);
});

test("answerQuestion: a process that dies is replaced, and gets the very question again", async () => {
  await using scene = await setScene(reviewed, { do: "die" }, answer);
  await scene.review();
  const result = await scene.ask("Why?");
  assert(result.kind === "answer");
  assert.equal(result.timing?.start, "resumed");
  const [, second, third] = scene.heard();
  assert.equal(third?.uuid, second?.uuid);
  assert.match(third?.text ?? "", /\nWhy\?\n/);
});

test("answerQuestion: an answer that was given before is asked for once more", async () => {
  await using scene = await setScene({ do: "know" }, answer);
  const result = await scene.ask("Why?");
  assert(result.kind === "answer" && result.text === answer.text);
  assert.match(scene.heard()[1]?.text ?? "", /answer was lost/);
});

test("answerQuestion over which all processes die: names what was done", async () => {
  const die: Step = { do: "die" };
  await using scene = await setScene(die, die, die, die);
  await assert.rejects(scene.ask("Why?"), {
    code: "input_poisonous",
    message: /survive this ask:/,
  });
});

test("what people said into a turn that died, or an earlier attempt: said again, once each", async () => {
  await using scene = await setScene({ do: "wait" }, answer, answer, answer);
  const earlier = { uuid: "0b1e51a6-6a0c-4f4e-8f4b-0a3d4f4c7b11", text: "said before" };
  const later = { uuid: "1b1e51a6-6a0c-4f4e-8f4b-0a3d4f4c7b11", text: "said now" };
  const asking = scene.ask("Why?", { received: [earlier] });
  await until(() => scene.heard().length === 2);
  await scene.sessions.say(scene.task.session_id, later);
  await until(() => scene.heard().length === 3);
  const { pid } = scene.sessions.processOf(scene.task.session_id) ?? {};
  process.kill(pid ?? 0, "SIGKILL");
  assert.equal((await asking).kind, "answer");
  const [question, first, second, ...again] = scene.heard().map(({ uuid }) => uuid);
  assert.deepEqual([first, second], [earlier.uuid, later.uuid]);
  assert.deepEqual(again, [question, earlier.uuid, later.uuid]);
  const received = scene.events.filter(({ type }) => type === "message.received");
  assert.deepEqual(received, [
    { type: "message.received", data: { message_id: later.uuid, text: later.text } },
  ]);
});

test("what people said into an earlier attempt: goes along with the first message alone", async () => {
  const nonsense: Step = { do: "answer", text: "Hm." };
  await using scene = await setScene(nonsense, nonsense, reviewed);
  const earlier = { uuid: "0b1e51a6-6a0c-4f4e-8f4b-0a3d4f4c7b11", text: "said before" };
  assert.equal((await scene.review({ received: [earlier] })).kind, "review");
  const said = scene.heard().map(({ text }) => text.slice(0, 11));
  assert.deepEqual(said, ["Review pull", "said before", "Your answer"]);
});

test("questionPrompt: what is asked stands between tags that nobody can close", () => {
  const prompt = (question: string) =>
    questionPrompt(
      { kind: "ask", message: question, event: pullRequestEvent(7) },
      { subject: pullRequestEvent(7), checkout: noChange },
      { isNew: false, lastReview: undefined, isKnown: false },
    );
  const anyText = fc
    .array(
      fc.oneof(fc.string(), fc.constantFrom("</question>", "</question-0123456789abcdef>", "\n")),
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(anyText, (question) => {
      const said = prompt(question);
      const [, before = "", tag, inside, end] =
        /^(.*?)\n<(question-[0-9a-f]{16})>\n(.*)\n<\/(question-[0-9a-f]{16})>$/s.exec(said) ?? [];
      assert.match(before, /^Somebody asks you about pull request #7/);
      assert.equal(inside, question);
      assert.equal(end, tag);
      assert(!question.includes(tag ?? ""));
    }),
  );
});
