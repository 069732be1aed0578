import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { AnthropicConfig } from "#runner/broker/config.ts";
import { credentialsOf } from "#runner/broker/credentials.ts";
import { readConfig } from "#shared/config.ts";
import { secretsIn } from "#shared/secrets-in.ts";

const Config = z.object({ anthropic: AnthropicConfig });
const read = (anthropic: object) => readConfig(Config, { anthropic }, {});
const sent = (anthropic: object) => credentialsOf(read(anthropic).anthropic);

test("credentialsOf: a key, or a token, and the headers besides", () => {
  assert.equal(sent({}), undefined);
  assert.deepEqual(sent({ api_key: "k" }), { "x-api-key": "k" });
  assert.deepEqual(sent({ auth_token: "t", custom_headers: "X-A: b c\n\n x-d:e \r\n" }), {
    authorization: "Bearer t",
    "x-a": "b c",
    "x-d": "e",
  });
});

test("a key that no header can carry is refused, and not shown", () => {
  for (const name of ["api_key", "auth_token"]) {
    for (const value of ["sk-\nant", "sk-ant ", "sk-\u{2013}ant", ""]) {
      assert.throws(
        () => read({ [name]: value }),
        (error: Error) => {
          assert.match(error.message, new RegExp(`anthropic\\.${name}: must be plain text`));
          return value === "" || !JSON.stringify([error.message, error.stack]).includes(value);
        },
      );
    }
  }
});

test("a key and a token are one too many", () => {
  assert.throws(() => read({ api_key: "k", auth_token: "t" }), {
    message: /anthropic\.auth_token: must not stand beside anthropic\.api_key/,
  });
});

test("custom headers: what is wrong with which line, and not what it says", () => {
  const cases = [
    ["x-a: b\nthe-value", /line 2 is not/],
    ["x a: the-value", /line 1 is not/],
    ["x-a:", /line 1 is not/],
    ["x-a: the-value\u{1}", /line 1 is not/],
    ["x-a: the-v\u{e4}lue", /line 1 is not/],
    ["Host: the-value", /must not set host, as line 1 does/],
    ["Authorization: the-value", /must not set authorization/],
    ["x-a: b\nX-A: the-value", /must set x-a once, line 2/],
  ] as const;
  for (const [custom_headers, message] of cases) {
    assert.throws(
      () => read({ custom_headers }),
      (error: Error) => {
        assert.match(error.message, message);
        return !error.message.includes("the-v");
      },
    );
  }
});

test("secretsIn: the values of custom headers, not their names", () => {
  const config = read({ custom_headers: "x-portkey-api-key: the-value" });
  assert.deepEqual(secretsIn(Config, config), ["the-value"]);
});
