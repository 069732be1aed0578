import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";
import { isAlive } from "#runner/claude/identity.ts";
import { type EndingStep, terminate } from "#runner/claude/terminate.ts";
import { type Family, startFamily } from "./start-family.ts";
import { startScripted } from "./start-scripted.ts";

const steps = ["end_session", "eof", "SIGTERM", "SIGKILL"] as const;

suite("terminate", () => {
  for (const [index, step] of steps.entries()) {
    test(`a process that ends at ${step} alone: takes each step before it, in order`, async () => {
      await using cli = await startScripted(`ends-at-${step}`);
      assert.equal(await cli.end(), step);
      const { code, signal, stderr } = await cli.exited;
      assert.equal(stderr, heard(steps.slice(0, index + 1)));
      assert.deepEqual([code, signal], step === "SIGKILL" ? [undefined, step] : [0, undefined]);
    });
  }

  for (const [index, from] of steps.entries()) {
    test(`from ${from}: leaves out the steps before it`, async () => {
      await using cli = await startScripted("ends-at-SIGKILL");
      assert.equal(await cli.end(from), "SIGKILL");
      assert.equal((await cli.exited).stderr, heard(steps.slice(index)));
    });
  }

  test("a process that has ended: says the step that it would begin with", async () => {
    await using cli = await startScripted("serve");
    await cli.end();
    assert.equal(await cli.end(), "end_session");
    assert.equal(await cli.end("SIGTERM"), "SIGTERM");
  });

  test("what a process leaves behind: is killed, however gently it ended", async () => {
    for (const parent of ["obedient", "stubborn"] as const) {
      await using family = await startFamily({}, parent);
      const step = await terminate(endable(family), { patience: 500 });
      assert.equal(step, parent === "obedient" ? "eof" : "SIGKILL");
      assert.equal(await isAlive(family.child), false);
      // It was below the process no more, so it is none of its own.
      assert(await isAlive(family.orphan));
    }
  });

  test("a step that throws: what is below the process is killed all the same", async () => {
    await using family = await startFamily();
    const reason = new Error("cannot ask");
    const endSession = () => {
      throw reason;
    };
    const target = { ...endable(family), endSession };
    await assert.rejects(terminate(target, { patience: 500 }), reason);
    assert.equal(await isAlive(family.child), false);
  });
});

function endable({ process, parent }: Family) {
  return {
    pid: parent.pid,
    exited: once(process, "exit"),
    endSession: () => {},
    closeInput: () => process.stdin?.end(),
  };
}

/** What the scripted CLI says to the steps that it can hear. */
function heard(taken: readonly EndingStep[]): string {
  return taken.flatMap((step) => (step === "SIGKILL" ? [] : [`${step}\n`])).join("");
}
