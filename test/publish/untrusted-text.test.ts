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
        "&commat;team",
        "&#x40;team",
        "&num;12",
        "gh-12",
        "GL-12",
        "&12",
        ">&12",
        "\ud83d",
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
        "\n~~~\n",
        "\n  ```\n",
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
      assert.doesNotMatch(safe, /[#!]\d|(?<![<>])&\d|&\d\d|\bG[HL]-\d|&#?[a-z0-9]+;/i);
      assert.doesNotMatch(safe, /!\[/);
      assert.doesNotMatch(safe, /<[a-z!/?]/i);
      assert.doesNotMatch(safe, /^[^\S\n]*\/\w/m);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      assert.doesNotMatch(safe, /[\u0000-\u0008\u202a-\u202e]/);
      assert(!safe.includes(secret));
      assert(safe.isWellFormed());
    }),
  );
});

for (const [name, open, closed] of [
  ["a block", "See:\n```js\ncode", "See:\n```js\ncode\n```"],
  ["a longer one that a shorter does not end", "````\n```", "````\n```\n````"],
  ["one of tildes that backticks don't end", "~~~\n```", "~~~\n```\n~~~"],
  ["one whose end has text behind it", "```\n```js", "```\n```js\n```"],
  ["one that has ended", "```\ncode\n  ```  ", "```\ncode\n  ```  "],
  ["code within a line", "```a``` b", "```a``` b"],
  ["one that a list ends", "- a\n\n  ```\nb", "- a\n\n    ```\nb"],
  [
    "one in a list, whose lines stay indented as they are",
    "- a\n  ```py\n  def b():\n    return\n\n  ```\n  c\n\n1. d\n   ~~~\n     e\n      ~~~\n   f",
    "- a\n    ```py\n    def b():\n      return\n\n    ```\n  c\n\n1. d\n    ~~~\n      e\n    ~~~\n   f",
  ],
  [
    "one in a list, with a mark of one that is none",
    "- ```\n  a\n  ```\n```\nb",
    "- ```\n  a\n    ```\n```\nb\n```",
  ],
  ["one with a very long mark", "`".repeat(99), `\u200b${"`".repeat(99)}`],
] as const) {
  test(`markdown, ${name}: what stands below it is no code`, () => {
    assert.equal(text.markdown(open, long), closed);
  });
}

test("markdown that is cut within a block of code: closed there", () => {
  assert.equal(text.markdown(`\`\`\`\n${"x".repeat(50)}\n\`\`\`\nbelow`, 10), "```\nxxxxx…\n```");
});

test("code of any text: in one block that it does not end, nor one above; no command, no secret", () => {
  fc.assert(
    fc.property(anyTrick, (tricky) => {
      const [opening = "", ...lines] = text.code(tricky, long).split("\n");
      const [, fence = ""] = /^(`{3,})text$/.exec(opening) ?? [];
      assert.equal(lines.at(-1), fence);
      assert(lines.slice(0, -1).every((line) => !line.includes(fence)));
      const code = lines.join("\n");
      assert.doesNotMatch(code, /^\/(?:close|approve)$/m);
      assert(!code.includes(secret));
      assert(code.isWellFormed());
    }),
  );
});

test("any text: no longer than it may be, and no half of a character at its end", () => {
  fc.assert(
    fc.property(anyTrick, fc.integer({ min: 1, max: 50 }), (tricky, longest) => {
      const shown = text.markdown(tricky, longest).replace(/\n(?:`{3,}|~{3,})$/, "");
      for (const cut of [shown, text.plain(tricky, longest)]) {
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
  for (const same of ["Use `a < b` here.\n1 / 2", "`npm test >log 2>&1 <&3`"]) {
    assert.equal(text.markdown(same, long), same);
  }
});

test("code: what is no command stays as it is", () => {
  const code = "+/close\n//close\n/api/v1\n  /x\n@decorator #12 &amp;\n<b>";
  assert.equal(text.code(code, long, "diff"), `\`\`\`diff\n${code}\n\`\`\``);
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
