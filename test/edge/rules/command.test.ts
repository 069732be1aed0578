import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseCommand } from "#edge/rules/command.ts";

const names = ["review", "ask", "analyze", "test", "cancel", "help"] as const;

test("parseCommand: a command and what follows it, as it is", () => {
  for (const name of names) {
    assert.deepEqual(parseCommand(`/${name}`), { kind: "command", name, text: "" });
    assert.deepEqual(parseCommand(`\n  /${name.toUpperCase()}  \t it\r\n\r\n> "now"\n`), {
      kind: "command",
      name,
      text: 'it\r\n\r\n> "now"',
    });
  }
});

test("parseCommand: a line ends where the forges end one", () => {
  for (const mark of ["\u2028", "\u2029", "\v", "\f", "\u0085"]) {
    const text = `why${mark}not?`;
    assert.deepEqual(parseCommand(`/ask ${text}`), { kind: "command", name: "ask", text });
  }
});

test("parseCommand: no command but at the beginning of the first line", () => {
  for (const body of [
    "",
    " ",
    "Please /review",
    "See:\n/review",
    "a/review",
    "//review",
    "/ review",
  ]) {
    assert.deepEqual(parseCommand(body), { kind: "none" }, body);
  }
});

test("parseCommand: a path is no command, another word is an unknown one", () => {
  assert.deepEqual(parseCommand("/etc/passwd is read"), { kind: "none" });
  assert.deepEqual(parseCommand("/reviewer"), { kind: "unknown", word: "/reviewer" });
  assert.deepEqual(parseCommand("/lgtm\nthanks"), { kind: "unknown", word: "/lgtm" });
  assert.deepEqual(parseCommand(`/${"a".repeat(33)}`), { kind: "none" });
});

test("parseCommand: quotes and code before the writer's own text are passed over", () => {
  const ask = { kind: "command", name: "ask", text: "why?" };
  assert.deepEqual(parseCommand("> Somebody said\n> /review\n\n/ask why?"), ask);
  assert.deepEqual(parseCommand("```sh\n/review\n```\n/ask why?"), ask);
  assert.deepEqual(parseCommand("~~~~\n~~~\n/review\n~~~~~\n/ask why?"), ask);
  assert.deepEqual(parseCommand("    /review\n\n/ask why?"), ask);
});

test("parseCommand: what is quoted or code is never a command", () => {
  for (const body of [
    "> /review",
    ">/review\n>\n> /ask",
    // Without a blank line it still belongs to the quote.
    "> said\n/review",
    "```\n/review\n```",
    "```\n/review",
    "    /review",
    "\t/review",
    "`/review`",
  ]) {
    assert.deepEqual(parseCommand(body), { kind: "none" }, body);
  }
});

test("parseCommand: any text is read without trouble, and a command is where it stands", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\n", "\r\n", "\r", ">", "```", "~~~", "    ", "\t", "/ask ", "/review", "/x"),
  );
  fc.assert(
    fc.property(
      fc.array(piece).map((parts) => parts.join("")),
      (body) => {
        const parsed = parseCommand(body);
        if (parsed.kind === "none") return;
        const word = parsed.kind === "unknown" ? parsed.word : `/${parsed.name}`;
        const at = body.toLowerCase().indexOf(word.toLowerCase());
        assert.ok(at >= 0);
        if (parsed.kind === "command") assert.ok(body.includes(parsed.text));
      },
    ),
    { numRuns: 2000 },
  );
});

test("parseCommand: a quote or a block of code of anything changes nothing about what follows", () => {
  const line = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll(/[\r\n`~]/g, " "));
  const lines = fc.array(line, { minLength: 1 });
  const quote = lines.map((each) => `${each.map((text) => `> ${text}`).join("\n")}\n\n`);
  const code = lines.map((each) => `\`\`\`\n${each.join("\n")}\n\`\`\`\n`);
  const own = fc.constantFrom("/ask why?", "/review", "/lgtm", "Hello\n/review");
  fc.assert(
    fc.property(fc.array(fc.oneof(quote, code)), own, (before, text) => {
      assert.deepEqual(parseCommand(before.join("") + text), parseCommand(text));
    }),
  );
});

test("parseCommand: takes time in proportion to the text", () => {
  for (const piece of [" ", ">", "`", "\n", "/", "\t", "~~~\n", "> \n"]) {
    const began = performance.now();
    parseCommand(piece.repeat(65_536 / piece.length));
    assert.ok(performance.now() - began < 1000, JSON.stringify(piece));
  }
});
