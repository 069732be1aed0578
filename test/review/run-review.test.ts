import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../until.ts";
import { setScene } from "./set-scene.ts";
import type { Step } from "./talk.ts";

const review = { summary: "Fine.", findings: [] };
const answer: Step = { do: "answer", text: `Done.\n\`\`\`json\n${JSON.stringify(review)}\n\`\`\`` };
const nonsense: Step = { do: "answer", text: '{"summary": 1}' };

test("runReview: one turn, its usage and the time it took, each step in the journal", async () => {
  await using scene = await setScene(answer);
  const result = await scene.review();
  assert(result.kind === "review");
  assert.deepEqual(result.review, review);
  assert.equal(result.head_sha, "a".repeat(40));
  assert.deepEqual(result.usage, {
    input_tokens: 1,
    output_tokens: 20,
    cache_read_input_tokens: 300,
    cache_creation_input_tokens: 4000,
    cost_usd: 0.25,
  });
  assert.equal(result.timing.start, "cold");
  assert(result.timing.turn_ms > 0 && result.timing.process_ms > 0);
  assert.deepEqual(
    scene.events.map(({ type }) => type),
    ["session.starting", "session.ready", "turn.started", "turn.completed"],
  );
  const [heard] = scene.heard();
  assert.equal(heard?.verbatim, true);
  assert.match(heard.text, /^Review pull request #7\./);
});

test("runReview: a second review takes the warm process, and pays for its own turn alone", async () => {
  await using scene = await setScene(answer, answer);
  await scene.review();
  const result = await scene.review();
  assert(result.kind === "review");
  assert.equal(result.timing.start, "warm");
  assert.equal(result.usage.cost_usd, 0.25);
  const [first, second] = scene.heard();
  assert.equal(second?.conversation, first?.conversation);
  assert.match(second?.text ?? "", /has a new version/);
});

test("runReview: an answer that can't be read is asked for again, and both turns are paid", async () => {
  await using scene = await setScene(nonsense, answer);
  const result = await scene.review();
  assert(result.kind === "review");
  assert.deepEqual(result.review, review);
  assert.deepEqual(result.usage, {
    input_tokens: 2,
    output_tokens: 40,
    cache_read_input_tokens: 600,
    cache_creation_input_tokens: 8000,
    cost_usd: 0.5,
  });
  const completed = scene.events.flatMap((event) =>
    event.type === "turn.completed" ? [event.data] : [],
  );
  assert.equal(completed.length, 2);
  const turns = completed.reduce((sum, { duration_ms }) => sum + duration_ms, 0);
  assert(Math.abs(result.timing.turn_ms - turns) < 1);
  const [first, second] = scene.heard();
  assert.notEqual(second?.uuid, first?.uuid);
  assert.match(second?.text ?? "", /could not be read: it does not match the schema \(.*summary/);
});

test("runReview: two answers that can't be read are the end of it, and say what is wrong", async () => {
  await using scene = await setScene(nonsense, { do: "answer", text: "Sorry." }, answer);
  await assert.rejects(scene.review(), {
    code: "review_unparsable",
    category: "output",
    message: /asked twice: it is not JSON \(.*Sorry/,
    hint: /claude\.model/,
  });
  assert.equal(scene.heard().length, 2);
});

test("runReview: an answer that was given before is asked for once more", async () => {
  await using scene = await setScene({ do: "know" }, answer);
  const result = await scene.review();
  assert(result.kind === "review");
  assert.deepEqual(result.review, review);
  assert.equal(result.usage.output_tokens, 20);
  const [first, second] = scene.heard();
  assert.notEqual(second?.uuid, first?.uuid);
  assert.match(second?.text ?? "", /answer was lost/);
});

test("runReview: a turn that takes too long is interrupted, and its process serves on", async () => {
  await using scene = await setScene({ do: "wait" }, answer);
  await assert.rejects(scene.review({ turnTimeout: 100 }), {
    code: "turn_timeout",
    category: "transient",
    message: "Turn took longer than 100 ms and was interrupted",
    hint: /claude\.timeout/,
  });
  const result = await scene.review();
  assert(result.kind === "review");
  assert.equal(result.timing.start, "warm");
});

test("runReview: aborted in its turn, it ends with the signal's reason", async () => {
  await using scene = await setScene({ do: "wait" }, answer);
  const abort = new AbortController();
  const reason = new Error("cancelled");
  const ending = assert.rejects(scene.review({ signal: abort.signal }), reason);
  await until(() => scene.heard().length === 1);
  abort.abort(reason);
  await ending;
  const result = await scene.review();
  assert(result.kind === "review");
  assert.equal(result.timing.start, "warm");
});

test("runReview: each attempt sends messages of its own, since none that failed is answered", async () => {
  await using scene = await setScene(nonsense, nonsense, answer);
  await assert.rejects(scene.review(), { code: "review_unparsable" });
  await scene.review({}, { ...scene.task, attempt: 2 });
  const uuids = scene.heard().map(({ uuid }) => uuid);
  assert.equal(new Set(uuids).size, 3);
});
