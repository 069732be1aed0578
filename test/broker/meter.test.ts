import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { meterOf } from "#runner/broker/meter.ts";
import type { RequestUsage } from "#runner/broker/usage.ts";
import { textBlock } from "../messages-api/blocks.ts";
import { message } from "../messages-api/reply.ts";
import { wireSteps } from "../messages-api/wire-events.ts";

const sse = new Headers({ "content-type": "text/event-stream; charset=utf-8" });
const json = new Headers({ "content-type": "application/json" });
const encoder = new TextEncoder();

/** A meter with all that it tells. */
function meter(headers: Headers) {
  const usages: RequestUsage[] = [];
  const errors: string[] = [];
  const inner = meterOf(headers, {
    onUsage: (usage) => usages.push(usage),
    onError: (error) => errors.push(error.message),
  });
  const read = (text: string) => inner.read(encoder.encode(text));
  return { usages, errors, read, readBytes: inner.read, end: inner.end };
}

const usage = {
  input_tokens: 3,
  output_tokens: 250,
  cache_read_input_tokens: 20_000,
  cache_creation_input_tokens: 400,
};

/** A stream of the stand-in, which writes as the API does. */
function stream(text: string): string {
  const { output_tokens: _, ...inputUsage } = usage;
  const reply = message({ blocks: [textBlock(text)], usage });
  const steps = wireSteps(reply, { id: "msg_1", model: "claude-ä-😀", inputUsage });
  return [...steps]
    .flatMap((step) => (step instanceof Promise ? [] : [step]))
    .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join("");
}

test("a stream tells the same usage wherever its bytes are cut", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.nat()), (text, cuts) => {
      const bytes = encoder.encode(stream(text));
      const m = meter(sse);
      const places = cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b);
      let from = 0;
      for (const to of [...places, bytes.length]) {
        m.readBytes(bytes.subarray(from, to));
        from = to;
      }
      assert.deepEqual(m.usages, [{ model: "claude-ä-😀", ...usage }]);
      m.end("whole");
      assert.deepEqual([m.usages.length, m.errors], [1, []]);
    }),
  );
});

test("a stream that breaks off anywhere tells once what was known by then", () => {
  const bytes = encoder.encode(stream("Hello"));
  const events = stream("Hello").split("\n\n");
  const started = encoder.encode(`${events[0]}\n\n`).length;
  const finished = encoder.encode(`${events.slice(0, -2).join("\n\n")}\n\n`).length;
  fc.assert(
    fc.property(fc.nat(bytes.length), (length) => {
      const m = meter(sse);
      m.readBytes(bytes.subarray(0, length));
      m.end("broken");
      m.end("broken");
      const known = m.usages.map(({ output_tokens }) => output_tokens);
      assert.deepEqual(known, length < started ? [] : length < finished ? [1] : [250]);
      assert.deepEqual(m.errors, []);
    }),
  );
});

test("newer counts replace older ones, and those that are left out or null keep them", () => {
  const m = meter(sse);
  const start = { model: "m", usage: { ...usage, cache_read_input_tokens: null } };
  const event = (data: { type: string }) =>
    m.read(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
  event(Object.assign({ type: "message_start" }, { message: start }));
  event(Object.assign({ type: "message_delta" }, { usage: { output_tokens: 7 } }));
  event(
    Object.assign(
      { type: "message_delta" },
      { usage: { output_tokens: 9, input_tokens: 30, cache_creation_input_tokens: null } },
    ),
  );
  assert.deepEqual(m.usages, []);
  event({ type: "message_stop" });
  assert.deepEqual(m.usages, [
    { model: "m", ...usage, input_tokens: 30, output_tokens: 9, cache_read_input_tokens: 0 },
  ]);
});

test("an answer in one piece is read at its end", () => {
  const m = meter(json);
  for (const part of JSON.stringify({ model: "m", usage }).match(/.{1,7}/g) ?? []) m.read(part);
  assert.deepEqual(m.usages, []);
  m.end("whole");
  assert.deepEqual(m.usages, [{ model: "m", ...usage }]);
});

test("a whole answer that can't be metered is a fault, and one that broke off is none", () => {
  for (const [headers, text] of [
    [sse, "event: ping\ndata: {}\n\n"],
    [sse, "event: message_start\ndata: {oops\n\n"],
    [sse, 'event: message_start\ndata: {"type":"message_start"}\n\n'],
    [json, '{"model":"m"}'],
    [json, "<html>"],
    [new Headers(), ""],
  ] as const) {
    const m = meter(headers);
    m.read(text);
    m.end("whole");
    assert.deepEqual(m.usages, []);
    assert.equal(m.errors.length, 1, text);
    assert.match(m.errors[0] ?? "", /^Cannot meter answer of the model: /);
  }
  const m = meter(json);
  m.read('{"mod');
  m.end("broken");
  assert.deepEqual([m.usages, m.errors], [[], []]);
});

test("arbitrary bytes throw nothing", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(sse, json, new Headers()),
      fc.array(fc.uint8Array({ maxLength: 50 })),
      fc.constantFrom("whole", "broken"),
      (headers, chunks, how) => {
        const m = meter(headers);
        for (const chunk of chunks) m.readBytes(chunk);
        m.end(how);
      },
    ),
  );
});
