import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { toJournalEvents } from "#runner/claude/events.ts";
import { parseLine } from "#runner/claude/output.ts";
import { JournalEvent } from "#shared/journal.ts";
import { messages } from "./messages.ts";

suite("toJournalEvents", () => {
  test("deltas of an answer and of thinking: one event each, in the journal's words", () => {
    assert.deepEqual(eventsOf(messages.stream_event), [
      { type: "message.delta", data: { text: "I look" } },
    ]);
    assert.deepEqual(eventsOf(delta({ type: "thinking_delta", thinking: "Hm" })), [
      { type: "thinking.delta", data: { text: "Hm" } },
    ]);
  });

  test("a delta without text, or a step of a stream without a delta: nothing", () => {
    for (const event of [
      delta({ type: "text_delta", text: "" }),
      delta({ type: "input_json_delta", partial_json: '{"a' }),
      { type: "stream_event", event: { type: "message_stop" } },
    ]) {
      assert.deepEqual(eventsOf(event), []);
    }
  });

  test("an assistant message: its tools' calls in order; its text came as deltas before", () => {
    const message = assistant([
      { type: "tool_use", id: "t1", name: "Read", input: { file_path: "/a" } },
      { type: "text", text: "and" },
      { type: "a block that nobody knows", data: [1] },
      { type: "tool_use", id: "t2", name: "Glob", input: { pattern: "*" }, caller: "new" },
    ]);
    assert.deepEqual(eventsOf(message), [
      { type: "tool.use", data: { id: "t1", name: "Read", input: { file_path: "/a" } } },
      { type: "tool.use", data: { id: "t2", name: "Glob", input: { pattern: "*" } } },
    ]);
  });

  test("a user message: its tools' results, blocks as JSON, an error only where it says so", () => {
    const blocks = [{ type: "text", text: "no" }];
    const message = user([
      { type: "tool_result", tool_use_id: "t1", content: "yes" },
      { type: "tool_result", tool_use_id: "t2", content: blocks, is_error: true },
      { type: "tool_result", tool_use_id: "t3", is_error: null },
    ]);
    assert.deepEqual(eventsOf(message), [
      { type: "tool.result", data: { id: "t1", is_error: false, text: "yes" } },
      { type: "tool.result", data: { id: "t2", is_error: true, text: JSON.stringify(blocks) } },
      { type: "tool.result", data: { id: "t3", is_error: false, text: "" } },
    ]);
  });

  test("content that is plain text: nothing", () => {
    assert.deepEqual(eventsOf(assistant("I look")), []);
    assert.deepEqual(eventsOf(user("Go on")), []);
  });

  test("a request that the CLI repeats: says why, and zeros for what it leaves out", () => {
    const retry = { type: "system", subtype: "api_retry" };
    const full = { attempt: 2, retry_delay_ms: 500, error_status: 529, error: "overloaded" };
    assert.deepEqual(eventsOf({ ...retry, ...full }), [
      {
        type: "model.retry",
        data: { attempt: 2, delay_ms: 500, status: 529, message: "overloaded" },
      },
    ]);
    assert.deepEqual(eventsOf(retry), [
      { type: "model.retry", data: { attempt: 0, delay_ms: 0, status: null, message: "unknown" } },
    ]);
  });

  for (const type of [
    "system",
    "control_response",
    "control_request",
    "command_lifecycle",
  ] as const) {
    test(`${type}: nothing, as it tells a follower nothing`, () => {
      assert.deepEqual(eventsOf(messages[type]), []);
    });
  }

  test("a tool's input or output of any length: at most an excerpt, which says what is missing", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12_000 }), (length) => {
        const long = "x".repeat(length);
        const [use] = eventsOf(assistant([{ type: "tool_use", id: "t", name: "n", input: long }]));
        const [result] = eventsOf(user([{ type: "tool_result", tool_use_id: "t", content: long }]));
        assert(use?.type === "tool.use" && result?.type === "tool.result");
        for (const [kept, whole] of [
          [use.data.input, JSON.stringify(long)],
          [result.data.text, long],
        ] as const) {
          if (whole.length <= 4000) assert(kept === long);
          else
            assert.equal(
              kept,
              `${whole.slice(0, 4000)}… (${whole.length - 4000} characters left out)`,
            );
        }
      }),
    );
  });

  test("a tool's input or output nested a hundred thousand levels deep: says so in its place", () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    const use = `{"type":"tool_use","id":"t","name":"n","input":${deep}}`;
    const result = `{"type":"tool_result","tool_use_id":"t","content":${deep}}`;
    const text = "(nested too deeply to be kept)";
    assert.deepEqual(eventsOf(`{"type":"assistant","message":{"content":[${use}]}}`), [
      { type: "tool.use", data: { id: "t", name: "n", input: text } },
    ]);
    assert.deepEqual(eventsOf(`{"type":"user","message":{"content":[${result}]}}`), [
      { type: "tool.result", data: { id: "t", is_error: false, text } },
    ]);
  });

  test("any message that parses: gives events that the journal takes, and never throws", () => {
    const spoiled = fc
      .constantFrom(...Object.values(messages))
      .chain((message) =>
        fc
          .dictionary(fc.constantFrom("message", "event", "subtype", "attempt", "error"), anything)
          .map((fields) => ({ ...message, ...fields })),
      );
    fc.assert(
      fc.property(spoiled, (message) => {
        const parsed = parseLine(JSON.stringify(message));
        if (!parsed.known) return;
        for (const event of toJournalEvents(parsed.message)) JournalEvent.parse(event);
      }),
      { numRuns: 1000 },
    );
  });
});

/** JSON that often has the shape of an API's message or of a stream's event. */
const block = fc.record(
  {
    type: fc.constantFrom("text", "tool_use", "tool_result", "image", "server_tool_use"),
    id: fc.oneof(fc.string(), fc.jsonValue()),
    name: fc.oneof(fc.string(), fc.jsonValue()),
    input: fc.jsonValue(),
    tool_use_id: fc.oneof(fc.string(), fc.jsonValue()),
    content: fc.jsonValue(),
    is_error: fc.oneof(fc.boolean(), fc.jsonValue()),
  },
  { requiredKeys: ["type"] },
);
const deltaOf = fc.record(
  { type: fc.string(), text: fc.string(), thinking: fc.string() },
  { requiredKeys: ["type"] },
);
const anything = fc.oneof(
  fc.record({ content: fc.array(block) }),
  fc.record({ type: fc.string(), delta: deltaOf }),
  fc.constant("api_retry"),
  fc.jsonValue(),
);

function eventsOf(message: object | string): JournalEvent[] {
  const parsed = parseLine(typeof message === "string" ? message : JSON.stringify(message));
  assert(parsed.known);
  return toJournalEvents(parsed.message);
}

function delta(value: object): object {
  return { type: "stream_event", event: { type: "content_block_delta", delta: value } };
}

function assistant(content: unknown): object {
  return { type: "assistant", message: { content } };
}

function user(content: unknown): object {
  return { type: "user", message: { content } };
}
