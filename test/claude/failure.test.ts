import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { exitFailure, failureOf, spawnFailure } from "#runner/claude/failure.ts";
import { type CliResult, parseLine } from "#runner/claude/output.ts";
import type { CicdError, ErrorCategory, ErrorCode } from "#shared/error.ts";
import { messages } from "./messages.ts";

interface Expected {
  readonly code: ErrorCode;
  readonly category: ErrorCategory;
  readonly message?: RegExp;
  /** What an operator is told to do; left out where there is nothing to do. */
  readonly hint?: RegExp;
}

function assertFailure(error: CicdError | undefined, { message, hint, ...expected }: Expected) {
  assert(error);
  assert.deepEqual({ code: error.code, category: error.category }, expected);
  if (message !== undefined) assert.match(error.message, message);
  if (hint === undefined) assert.equal(error.hint, undefined);
  else assert.match(error.hint ?? "", hint);
}

suite("failureOf", () => {
  test("a turn that was completed: no failure", () => {
    assert.equal(failureOf(result({})), undefined);
  });

  const refusedKey = {
    code: "model_refused_key",
    category: "config",
    hint: /ANTHROPIC_API_KEY/,
  } as const;
  const refusedRequest = {
    code: "model_refused_request",
    category: "config",
    hint: /claude\.model/,
  } as const;
  const overloaded = { code: "model_overloaded", category: "transient" } as const;
  const statuses: readonly [number, Expected][] = [
    ...[401, 403].map((status): [number, Expected] => [status, refusedKey]),
    ...[400, 404, 413].map((status): [number, Expected] => [status, refusedRequest]),
    ...[429, 500, 503, 529].map((status): [number, Expected] => [status, overloaded]),
  ];
  for (const [status, expected] of statuses) {
    test(`an answer ${status} of the model's API: ${expected.code}, with what it said`, () => {
      const failed = result({ is_error: true, api_error_status: status, result: "API says no" });
      assertFailure(failureOf(failed), { ...expected, message: /: API says no$/ });
    });
  }

  test("an error without a status: the API was not reached", () => {
    const failed = result({ is_error: true, result: "ECONNREFUSED" });
    assertFailure(failureOf(failed), {
      code: "model_unreachable",
      category: "transient",
      message: /ECONNREFUSED/,
      hint: /ANTHROPIC_BASE_URL/,
    });
  });

  test("all requests of a turn were used: says how many, and what to raise", () => {
    const failed = result({ subtype: "error_max_turns", is_error: true, num_turns: 7 });
    assertFailure(failureOf(failed), {
      code: "budget_exceeded",
      category: "output",
      message: /\b7\b/,
      hint: /claude\.max_turns/,
    });
  });

  test("an interrupted turn: cancelled, whatever else the result says", () => {
    for (const terminal_reason of ["aborted", "aborted_streaming", "aborted_tools"]) {
      for (const more of [{}, { subtype: "error_during_execution", is_error: true }]) {
        const failed = result({ ...more, terminal_reason });
        assertFailure(failureOf(failed), { code: "cancelled", category: "input" });
      }
    }
  });

  test("an end that nobody knows: is no success, and names it", () => {
    for (const unknown of [{ subtype: "error_new" }, { terminal_reason: "new" }]) {
      assertFailure(failureOf(result(unknown)), {
        code: "cli_protocol",
        category: "session",
        message: /\b(?:error_new|new)\b/,
      });
    }
  });

  test("several errors: all of them are in the message", () => {
    const failed = result({ is_error: true, errors: ["one", "two"], result: "three" });
    assert.match(failureOf(failed)?.message ?? "", /one; two$/);
  });

  test("any result: a success only where nothing speaks against it", () => {
    const words = fc.constantFrom("success", "completed", "error_max_turns", "aborted", "");
    const fields = fc.record({
      subtype: words,
      is_error: fc.boolean(),
      terminal_reason: fc.option(words),
      api_error_status: fc.option(fc.integer()),
      errors: fc.array(fc.string()),
    });
    fc.assert(
      fc.property(fields, (some) => {
        const { subtype, is_error, terminal_reason } = some;
        const succeeded = subtype === "success" && !is_error && terminal_reason === "completed";
        assert.equal(failureOf(result(some)) === undefined, succeeded);
      }),
    );
  });
});

suite("exitFailure", () => {
  const exit = { code: 1, signal: undefined, stderr: "" };

  test("an exit: says how and what was said last", () => {
    const expected = { code: "cli_exited", category: "session" } as const;
    const stderr = "a warning\nout of memory\n\n";
    assertFailure(exitFailure({ ...exit, stderr }), {
      ...expected,
      message: /^CLI ended with code 1: out of memory$/,
    });
    assertFailure(exitFailure({ ...exit, code: undefined, signal: "SIGKILL" }), {
      ...expected,
      message: /^CLI ended with SIGKILL$/,
    });
  });

  test("an unknown conversation: the session is lost, and so begun anew", () => {
    const stderr = "No conversation found with session ID: 1\n";
    assertFailure(exitFailure({ ...exit, stderr }), { code: "session_lost", category: "session" });
  });
});

test("spawnFailure: names the program, keeps the cause, says how to get it", () => {
  const cause = new Error("spawn /x ENOENT");
  const error = spawnFailure("/x", cause);
  assertFailure(error, {
    code: "cli_missing",
    category: "config",
    message: /CLI \/x: spawn \/x ENOENT$/,
    hint: /CLAUDE_CLI_PATH/,
  });
  assert.equal(error.cause, cause);
  assert.match(spawnFailure("/x", "odd").message, /odd$/);
});

for (const code of ["EAGAIN", "EMFILE", "ENFILE", "ENOMEM", "ETXTBSY"]) {
  test(`spawnFailure, ${code}: the program is there, and may start in a while`, () => {
    const cause = Object.assign(new Error(`spawn /x ${code}`), { code });
    assertFailure(spawnFailure("/x", cause), {
      code: "internal",
      category: "platform",
      message: new RegExp(`CLI /x: spawn /x ${code}$`),
      hint: /out of processes/,
    });
  });
}

/** A successful result with some of its fields replaced. */
function result(fields: object): CliResult {
  const parsed = parseLine(JSON.stringify({ ...messages.result, ...fields }));
  assert(parsed.known && parsed.message.type === "result");
  return parsed.message;
}
