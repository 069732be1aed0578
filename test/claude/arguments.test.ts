import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArgs } from "node:util";
import { cliArguments, type Opening } from "#runner/claude/arguments.ts";

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

/** The arguments as a program reads them; one that is unknown or without its value is refused. */
function read(opening: Opening, options: Partial<Parameters<typeof cliArguments>[1]> = {}) {
  const args = cliArguments(opening, {
    model: "sonnet",
    maxTurns: 7,
    instructions: "Review it.",
    ...options,
  });
  return parseArgs({
    args,
    strict: true,
    options: {
      ...{ print: flag, verbose: flag, "include-partial-messages": flag },
      ...{ "strict-mcp-config": flag, "input-format": text, "output-format": text },
      ...{ "session-id": text, resume: text, "setting-sources": text, tools: text },
      ...{ "permission-mode": text, model: text, "max-turns": text },
      "append-system-prompt": text,
      "no-session-persistence": flag,
    },
  }).values;
}

test("cliArguments: a new conversation gets its id, one that goes on is resumed by it", () => {
  const begun = read({ kind: "new", id: "one" });
  assert.deepEqual([begun["session-id"], begun.resume], ["one", undefined]);
  const resumed = read({ kind: "resume", id: "two" });
  assert.deepEqual([resumed["session-id"], resumed.resume], [undefined, "two"]);
});

test("cliArguments: only a conversation that nobody resumes is not saved", () => {
  const flagOf = (kind: Opening["kind"]) => read({ kind, id: "one" })["no-session-persistence"];
  assert.deepEqual((["new", "resume", "unsaved"] as const).map(flagOf), [
    undefined,
    undefined,
    true,
  ]);
  assert.equal(read({ kind: "unsaved", id: "one" })["session-id"], "one");
});

for (const kind of ["new", "resume", "unsaved"] as const) {
  test(`cliArguments, ${kind}: it speaks stream-json both ways, as it comes`, () => {
    const values = read({ kind, id: "one" });
    assert.deepEqual(
      [values["input-format"], values["output-format"]],
      ["stream-json", "stream-json"],
    );
    assert(values.print && values.verbose && values["include-partial-messages"]);
  });

  test(`cliArguments, ${kind}: tools that read and no others, without asking anybody`, () => {
    const values = read({ kind, id: "one" });
    assert.deepEqual(values.tools?.split(",").sort(), ["Glob", "Grep", "Read"]);
    assert.equal(values["permission-mode"], "dontAsk");
  });

  test(`cliArguments, ${kind}: nothing in the checkout configures it`, () => {
    const values = read({ kind, id: "one" });
    assert.equal(values["setting-sources"], "user");
    assert.equal(values["strict-mcp-config"], true);
  });

  test(`cliArguments, ${kind}: model, limit and instructions are the operator's`, () => {
    const values = read({ kind, id: "one" }, { model: "opus", maxTurns: 3, instructions: "No\n" });
    assert.deepEqual(
      [values.model, values["max-turns"], values["append-system-prompt"]],
      ["opus", "3", "No\n"],
    );
  });
}
