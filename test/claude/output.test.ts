import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { parseLine } from "#runner/claude/output.ts";
import { messages } from "./messages.ts";

suite("parseLine", () => {
  test("any text at all: does not throw, and what is not known is kept as it came", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        assert.deepEqual(parseLine(text), { known: false, text });
      }),
    );
  });

  test("any JSON, of known types too: either known, or kept as it came", () => {
    const type = fc.oneof(fc.constantFrom(...Object.keys(messages)), fc.string());
    const typed = fc
      .tuple(fc.dictionary(fc.string(), fc.jsonValue()), type)
      .map(([fields, name]) => ({ ...fields, type: name }));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), typed), (value) => {
        const text = JSON.stringify(value);
        const parsed = parseLine(text);
        assert(parsed.known || parsed.text === text);
      }),
    );
  });

  test("a known message with one field replaced by any JSON: does not throw", () => {
    const spoiled = fc
      .constantFrom(...Object.values(messages))
      .chain((message) =>
        fc
          .tuple(fc.constantFrom(...Object.keys(message)), fc.jsonValue())
          .map(([key, value]) => ({ ...message, [key]: value })),
      );
    fc.assert(
      fc.property(spoiled, (message) => {
        parseLine(JSON.stringify(message));
      }),
    );
  });

  for (const [type, message] of Object.entries(messages)) {
    test(`${type} with fields that nobody knows yet: known, and the fields are kept`, () => {
      const names = fc.string().map((name) => `new_${name}`);
      fc.assert(
        fc.property(fc.dictionary(names, fc.jsonValue()), (fields) => {
          const sent = { ...message, ...fields };
          const parsed = parseLine(JSON.stringify(sent));
          assert(parsed.known);
          for (const [key, value] of Object.entries(JSON.parse(JSON.stringify(sent)))) {
            assert.deepEqual(
              Object.entries(parsed.message).find(([name]) => name === key)?.[1],
              value,
            );
          }
        }),
      );
    });
  }

  test("the name of an object's own method as type: not known", () => {
    for (const type of ["toString", "constructor", "__proto__", "hasOwnProperty"]) {
      assert.equal(parseLine(JSON.stringify({ type })).known, false, type);
    }
  });

  test("a result whose counts are missing or senseless: known, with zeros in their place", () => {
    const text = JSON.stringify({
      type: "result",
      subtype: "success",
      is_error: false,
      num_turns: -1,
      total_cost_usd: "free",
      usage: { input_tokens: 3, output_tokens: null },
    });
    const parsed = parseLine(text);
    assert(parsed.known && parsed.message.type === "result");
    const { num_turns, duration_ms, total_cost_usd, usage, user_message_uuids } = parsed.message;
    assert.deepEqual([num_turns, duration_ms, total_cost_usd], [0, 0, 0]);
    assert.deepEqual([usage.input_tokens, usage.output_tokens], [3, 0]);
    assert.deepEqual(user_message_uuids, []);
  });

  test("JSON that is nested a hundred thousand levels deep: does not throw", () => {
    const depth = 100_000;
    const input = "[".repeat(depth) + "]".repeat(depth);
    parseLine(`{"type":"assistant","message":{"content":[{"type":"tool_use","input":${input}}]}}`);
  });
});
