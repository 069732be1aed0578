import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import * as z from "zod";
import {
  type ControlRequest,
  controlLine,
  permissionLine,
  refusalLine,
  toolHook,
  userLine,
} from "#runner/claude/input.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom("\n", "\r", "\0", "\u2028", "\u2029", "\ud83d", '"', "\\", "/", "a"),
  }),
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

  test("any text: one line, and the text comes back as it was, but for halves of characters", () => {
    fc.assert(
      fc.property(anyText, fc.uuid(), (text, uuid) => {
        const sent = User.parse(lineOf(userLine({ uuid, text })));
        assert.equal(sent.uuid, uuid);
        assert.equal(sent.message.content[0].text, text.toWellFormed());
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
  const anyRequest = fc.oneof(
    fc.constantFrom<ControlRequest>(
      { subtype: "initialize", ...toolHook },
      { subtype: "interrupt", cancel_queued: true },
      { subtype: "end_session" },
    ),
    anyText.map((model): ControlRequest => ({ subtype: "set_model", model })),
  );
  fc.assert(
    fc.property(anyText, anyRequest, (id, request) => {
      const expected = { type: "control_request", request_id: id, request };
      assert.deepEqual(lineOf(controlLine(id, request)), expected);
    }),
  );
});

suite("permissionLine", () => {
  const Answer = z.object({
    type: z.literal("control_response"),
    response: z.object({
      subtype: z.literal("success"),
      request_id: z.string(),
      response: z.unknown(),
    }),
  });
  const anyInput = fc.dictionary(anyText, fc.jsonValue()).map((input) => jsonOf(input));

  test("a tool that may run: one line, with the input that was asked about", () => {
    fc.assert(
      fc.property(anyText, anyInput, (id, input) => {
        const asked = { id, tool: "Bash", input };
        const { response } = Answer.parse(lineOf(permissionLine(asked, { behavior: "allow" })));
        assert.equal(response.request_id, id);
        assert.deepEqual(response.response, { behavior: "allow", updatedInput: input });
      }),
    );
  });

  test("a tool that may not: one line, with the reason", () => {
    fc.assert(
      fc.property(anyText, anyText, (id, message) => {
        const denial = { behavior: "deny", message } as const;
        const asked = { id, tool: "Bash", input: {} };
        const { response } = Answer.parse(lineOf(permissionLine(asked, denial)));
        assert.deepEqual([response.request_id, response.response], [id, denial]);
      }),
    );
  });
});

test("refusalLine, any request: one line, an error that names it", () => {
  const Refusal = z.object({
    type: z.literal("control_response"),
    response: z.object({
      subtype: z.literal("error"),
      request_id: z.string(),
      error: z.string().min(1),
    }),
  });
  fc.assert(
    fc.property(anyText, anyText, (id, subtype) => {
      const { response } = Refusal.parse(lineOf(refusalLine(id, subtype)));
      assert.equal(response.request_id, id);
      assert(response.error.includes(subtype));
    }),
  );
});

const Fields = z.record(z.string(), z.unknown());

/** As it is behind a way through JSON, which has no -0. */
function jsonOf(value: object): z.infer<typeof Fields> {
  return Fields.parse(JSON.parse(JSON.stringify(value)));
}

/** What a line says; fails unless it is exactly one, for whoever splits at any of the usual ends. */
function lineOf(line: string): unknown {
  assert.equal(line.at(-1), "\n");
  assert.doesNotMatch(line.slice(0, -1), /[\n\r]/);
  return JSON.parse(line);
}
