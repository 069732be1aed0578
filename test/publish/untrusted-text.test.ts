import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { redactor } from "#runner/publish/redact.ts";
import { untrustedText } from "#runner/publish/untrusted-text.ts";
import { anyMarkdown } from "../review/any-review.ts";

const secret = "s3cret-of-the-host";
const text = untrustedText(redactor([secret, undefined, "short", "line one\nline two of a key"]));
const long = 10_000;

/** Texts made of what does something on a page. */
const anyTrick = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "@",
        "@team",
        "#12",
        "!34",
        "![x](http://evil.example/?q=1)",
        "<!--",
        "<!-- cicd-runner:summary 0 -->",
        "-->",
        "<img src=x>",
        "</details>",
        "\n/close",
        "\n  /approve\n",
        "```",
        "````\n",
        "\u202e",
        "\u200b",
        "\u0000",
        secret,
        "s3cret-of-\u200bthe-host",
        "\n",
      ),
      anyMarkdown,
    ),
  )
  .map((parts) => parts.join(""));

test("markdown of any text: no mention, reference, image, tag, command or secret", () => {
  fc.assert(
    fc.property(anyTrick, (tricky) => {
      const safe = text.markdown(tricky, long);
      assert.doesNotMatch(safe, /@[\p{L}\p{N}_-]/u);
      assert.doesNotMatch(safe, /[#!]\d/);
      assert.doesNotMatch(safe, /!\[/);
      assert.doesNotMatch(safe, /<[a-z!/?]/i);
      assert.doesNotMatch(safe, /^[^\S\n]*\/\w/m);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      assert.doesNotMatch(safe, /[\u0000-\u0008\u202a-\u202e]/);
      assert(!safe.includes(secret));
    }),
  );
});

test("code of any text: stands in one block, that it does not end, without a secret", () => {
  fc.assert(
    fc.property(anyTrick, (tricky) => {
      const [fence = "", ...lines] = text.code(tricky, long).split("\n");
      assert.match(fence, /^`{3,}$/);
      assert.equal(lines.at(-1), fence);
      assert(lines.slice(0, -1).every((line) => !line.includes(fence)));
      assert(!lines.join("\n").includes(secret));
    }),
  );
});

test("any text: no longer than it may be, and no half of a character at its end", () => {
  fc.assert(
    fc.property(anyTrick, fc.integer({ min: 1, max: 50 }), (tricky, longest) => {
      for (const cut of [text.markdown(tricky, longest), text.plain(tricky, longest)]) {
        assert(cut.length <= longest);
        assert.doesNotMatch(cut, /[\uD800-\uDBFF]…?$/);
      }
      assert(!text.inlineCode(tricky).slice(1, -1).includes("`"));
      assert(!text.plain(tricky, long).includes("\n"));
    }),
  );
});

test("harmless Markdown: stays as it is", () => {
  for (const harmless of [
    "Use `a < b`, not a@b: see *this*.",
    "- one\n- two\n\n1 / 2",
    "5 > 3 && x",
  ]) {
    assert.equal(text.markdown(harmless, long).replaceAll("\u200b", ""), harmless);
  }
  assert.equal(text.markdown("Use `a < b` here.\n1 / 2", long), "Use `a < b` here.\n1 / 2");
});

test("secrets: those of the host and what has the shape of one are taken out", () => {
  const shapes = [
    `ghp_${"a".repeat(36)}`,
    `github_pat_${"a1_".repeat(10)}`,
    `glpat-${"x".repeat(20)}`,
    `sk-ant-api03-${"b".repeat(30)}`,
    `AKIA${"A1".repeat(8)}`,
    `xoxb-${"1".repeat(12)}`,
    `npm_${"c".repeat(36)}`,
    `whsec_${"d".repeat(32)}`,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\ncut off",
    secret,
    "line two of a key",
  ];
  for (const shape of shapes) {
    assert.equal(text.plain(`before ${shape} after`, long).replace(/ after$/, ""), "before ***");
  }
  // One that would be found in harmless words is none.
  assert.equal(text.plain("a short word", long), "a short word");
});
