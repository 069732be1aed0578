import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { unlessAborted } from "#shared/unless-aborted.ts";

suite("unlessAborted", () => {
  const gone = new Error("gone");

  test("the outcome of the promise while the signal has not aborted", async () => {
    const { signal } = new AbortController();
    assert.equal(await unlessAborted(Promise.resolve(1), signal), 1);
    await assert.rejects(unlessAborted(Promise.reject(gone), signal), gone);
  });

  test("the reason of a signal that aborts first", async () => {
    const controller = new AbortController();
    const outcome = unlessAborted(new Promise(() => {}), controller.signal);
    controller.abort(gone);
    await assert.rejects(outcome, gone);
  });

  test("the reason of one that has aborted before, and nobody else hears of what fails then", async () => {
    const failing = Promise.reject(new Error("failed unheard"));
    await assert.rejects(unlessAborted(failing, AbortSignal.abort(gone)), gone);
    // A rejection that nobody hears would end the program.
    await setImmediate();
  });
});
