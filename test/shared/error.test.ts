import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { CicdError, errorCodes } from "#shared/error.ts";

suite("CicdError", () => {
  test("every code: has a category", () => {
    const known = ["transient", "platform", "session", "config", "input", "output"];
    for (const code of errorCodes)
      assert.ok(known.includes(new CicdError(code, "x").category), code);
  });

  test("no options: no cause, hint or time to wait", () => {
    const error = new CicdError("queue_full", "Cannot enqueue: 100 tasks wait");
    assert.ok(!("cause" in error));
    assert.equal(error.hint, undefined);
    assert.equal(error.retryAfter, undefined);
    assert.equal(error.category, "transient");
    assert.equal(String(error), "CicdError: Cannot enqueue: 100 tasks wait");
  });
});

suite("CicdError.from", () => {
  test("a CicdError: stays itself, with its own code", () => {
    const error = new CicdError("queue_full", "x");
    assert.equal(CicdError.from(error, "internal"), error);
  });

  test("another error: its message, the code that was asked for, itself as the cause", () => {
    const cause = new TypeError("broken");
    const error = CicdError.from(cause, "cli_exited");
    assert.equal(error.code, "cli_exited");
    assert.equal(error.message, "broken");
    assert.equal(error.cause, cause);
  });

  test("any value at all: an error, internal unless said otherwise, that keeps it", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (thrown) => {
        const error = CicdError.from(thrown);
        assert.equal(error.code, "internal");
        assert.ok(error.message !== "" || thrown === "");
        assert.ok(Object.is(error.cause, thrown));
      }),
    );
  });
});
