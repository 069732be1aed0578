import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import * as z from "zod";
import { controlLine, refusalLine, userLine } from "#runner/claude/input.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("\n", "\r", "\0", "\u2028", "\u2029", '"', "\\", "/", "a") }),
);

suite("userLine", () => {
  const User = z.object({
    type: z.literal("user"),
    uuid: z.string(),
    message: z.object({
      role: z.literal("user"),
      content: z.tuple([z.object({ type: z.literal("text"), text: z.string() })]),
    }),
    client_composed: z.literal(true),
  });

  test("any text: one line, and the text comes back as it was", () => {
    fc.assert(
      fc.property(anyText, fc.uuid(), (text, uuid) => {
        const sent = User.parse(lineOf(userLine({ uuid, text })));
        assert.equal(sent.uuid, uuid);
        assert.equal(sent.message.content[0].text, text);
      }),
    );
  });

  test("a text that begins with a slash: goes as the person's own words", () => {
    for (const text of ["/clear", "/exit now", "//", "/\n", " /compact"]) {
      const sent = User.parse(lineOf(userLine({ uuid: "u", text })));
      assert.equal(sent.message.content[0].text, text);
    }
  });
});

test("controlLine, any id: one line with the request and its id", () => {
  const subtype = fc.constantFrom("initialize", "interrupt", "end_session");
  fc.assert(
    fc.property(anyText, subtype, (id, name) => {
      const expected = { type: "control_request", request_id: id, request: { subtype: name } };
      assert.deepEqual(lineOf(controlLine(id, { subtype: name })), expected);
    }),
  );
});

suite("refusalLine", () => {
  const Refusal = z.object({
    type: z.literal("control_response"),
    response: z.discriminatedUnion("subtype", [
      z.object({
        subtype: z.literal("success"),
        request_id: z.string(),
        response: z.object({ behavior: z.literal("deny"), message: z.string().min(1) }),
      }),
      z.object({ subtype: z.literal("error"), request_id: z.string(), error: z.string().min(1) }),
    ]),
  });

  test("a question whether a tool may run: is answered, with a denial", () => {
    const { response } = Refusal.parse(lineOf(refusalLine("r1", "can_use_tool")));
    assert.deepEqual([response.subtype, response.request_id], ["success", "r1"]);
  });

  test("any other request: one line, an error that names it", () => {
    fc.assert(
      fc.property(anyText, anyText, (id, subtype) => {
        const { response } = Refusal.parse(lineOf(refusalLine(id, subtype)));
        assert(response.subtype === "error");
        assert.equal(response.request_id, id);
        assert(response.error.includes(subtype));
      }),
    );
  });
});

/** What a line says; fails unless it is exactly one, for whoever splits at any of the usual ends. */
function lineOf(line: string): unknown {
  assert.equal(line.at(-1), "\n");
  assert.doesNotMatch(line.slice(0, -1), /[\n\r]/);
  return JSON.parse(line);
}
