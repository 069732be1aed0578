import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Stopped } from "#runner/dispatch/interruption.ts";
import type { RetryPolicy } from "#runner/dispatch/retry-policy.ts";
import { runAttempt, type Work } from "#runner/dispatch/run-attempt.ts";
import { CicdError } from "#shared/error.ts";
import { accepted, claimed, done, said, story } from "../store/drive.ts";
import { handOff } from "../store/hand-off.ts";
import { openStore } from "./open-store.ts";

const retry: RetryPolicy = { maxAttempts: 2, initialDelay: 50, maxDelay: 50, backoffFactor: 1 };

test("runAttempt: work that ends well succeeds, its events in the journal before", async () => {
  await using scene = await setScene();
  const outcome = await scene.run(async (task, { onEvent }) => {
    assert.equal(task.id, scene.claim.task.id);
    onEvent(said("fine"));
    return { kind: "close" };
  });
  assert.deepEqual(outcome, { state: "succeeded", result: { kind: "close" } });
  const { types } = await story(scene.store, scene.claim.task.id);
  assert.deepEqual(types, ["task.queued", "task.started", "message.delta"]);
});

test("runAttempt: trouble that may pass is for a later attempt, with what a person reads", async () => {
  await using scene = await setScene();
  const outcome = await scene.run(async (_task, { onEvent }) => {
    onEvent(said("begun"));
    throw new CicdError("model_unreachable", "Cannot reach it", { hint: "Check the network" });
  });
  assert(outcome.state === "queued");
  assert(outcome.delay >= 0 && outcome.delay <= 50);
  assert.deepEqual(outcome.error, {
    code: "model_unreachable",
    category: "transient",
    message: "Cannot reach it",
    hint: "Check the network",
  });
  const { types } = await story(scene.store, scene.claim.task.id);
  assert.equal(types.at(-1), "message.delta");
});

test("runAttempt: the last attempt fails with the same error, as does what never passes", async () => {
  await using scene = await setScene();
  const overloaded = async () => {
    throw new CicdError("model_overloaded", "Busy");
  };
  await scene.store.finish(scene.claim, {
    state: "queued",
    delay: 0,
    error: { code: "internal", category: "platform", message: "Broke" },
  });
  const claim = await claimed(scene.store);
  assert.deepEqual(await scene.run(overloaded, claim), {
    state: "failed",
    error: { code: "model_overloaded", category: "transient", message: "Busy" },
  });
  const refused = await scene.run(async () => {
    throw new CicdError("model_refused_key", "Wrong key");
  });
  assert(refused.state === "failed" && refused.error.code === "model_refused_key");
});

test("runAttempt: an error that nobody foresaw is internal, and tried again", async () => {
  await using scene = await setScene();
  const outcome = await scene.run(async () => {
    throw new TypeError("undefined is not a function");
  });
  assert(outcome.state === "queued");
  assert.deepEqual(outcome.error, {
    code: "internal",
    category: "platform",
    message: "undefined is not a function",
  });
});

test("runAttempt: a task that is cancelled stops and says why", async () => {
  await using scene = await setScene();
  const outcome = await scene.run(async (task, { signal }) => {
    await scene.store.cancel(task.id, "by mona");
    return await aborted(signal);
  });
  assert.deepEqual(outcome, { state: "cancelled", reason: "by mona" });
});

test("runAttempt: a task that was cancelled before its work began stops as well", async () => {
  await using scene = await setScene();
  await scene.store.cancel(scene.claim.task.id, "by mona");
  const outcome = await scene.run((_task, { signal }) => aborted(signal));
  assert.deepEqual(outcome, { state: "cancelled", reason: "by mona" });
});

test("runAttempt: a newer push supersedes the task, whatever its work throws", async () => {
  await using scene = await setScene();
  const newer = handOff();
  const outcome = await scene.run(async (_task, { signal }) => {
    await accepted(scene.store, newer);
    await aborted(signal).catch(() => {});
    throw new CicdError("cli_exited", "It died of the interrupt");
  });
  assert.deepEqual(outcome, { state: "superseded", by: newer.task_id });
});

test("runAttempt: the host's stop gives the task back", async () => {
  await using scene = await setScene();
  const outcome = await scene.run(async (_task, { signal }) => {
    scene.stop.abort(new Stopped({ kind: "shutdown" }));
    return await aborted(signal);
  });
  assert.deepEqual(outcome, { state: "released" });
});

test("runAttempt: work that ended before the host's stop took hold has succeeded", async () => {
  await using scene = await setScene();
  const outcome = await scene.run(async () => {
    scene.stop.abort(new Stopped({ kind: "shutdown" }));
    return { kind: "close" };
  });
  assert.equal(outcome.state, "succeeded");
});

test("runAttempt: work whose task was lost to another host is stopped", async () => {
  await using scene = await setScene();
  const outcome = await scene.run(async (_task, { signal, onEvent }) => {
    await scene.store.finish(scene.claim, done);
    onEvent(said("still here"));
    return await aborted(signal);
  });
  assert(outcome.state === "failed" && outcome.error.code === "conflict");
  assert.equal(await scene.store.finish(scene.claim, outcome), false);
  const { types } = await story(scene.store, scene.claim.task.id);
  assert.deepEqual(types, ["task.queued", "task.started", "task.succeeded"]);
});

test("runAttempt: work that can't be journaled is stopped, and tried again", async () => {
  await using scene = await setScene();
  scene.store.refusals.append = 1;
  const outcome = await scene.run(async (_task, { signal, onEvent }) => {
    onEvent(said("lost"));
    return await aborted(signal);
  });
  assert(outcome.state === "queued" && outcome.error.code === "store_unavailable");
});

test("runAttempt: a result whose events can't be journaled is none", async () => {
  await using scene = await setScene();
  scene.store.refusals.append = 1;
  const outcome = await scene.run(async (_task, { onEvent }) => {
    onEvent(said("lost"));
    return { kind: "close" };
  });
  assert(outcome.state === "queued" && outcome.error.code === "store_unavailable");
});

test("runAttempt: what is kept is in the journal; a lost task may write no page and owes none", async () => {
  await using scene = await setScene();
  const { store, claim } = scene;
  const outcome = await scene.run(async (_task, { keep, checkHeld, owePage }) => {
    await keep(said("kept"));
    assert.equal((await story(store, claim.task.id)).types.at(-1), "message.delta");
    await checkHeld();
    await store.finish(claim, { state: "released" });
    await assert.rejects(checkHeld(), { code: "conflict" });
    await assert.rejects(owePage(), { code: "conflict" });
    return { kind: "close" };
  });
  // What is asserted within the work would end as its failure.
  assert.equal(outcome.state, "succeeded");
});

test("runAttempt: a task that was stopped asks nothing of the store, which may be down by then", async () => {
  await using scene = await setScene();
  const stopped = new Stopped({ kind: "shutdown" });
  const reasons: unknown[] = [];
  await scene.run(async (_task, { checkHeld, owePage }) => {
    await scene.store[Symbol.asyncDispose]();
    scene.stop.abort(stopped);
    for (const ask of [checkHeld, owePage]) await ask().catch((reason) => reasons.push(reason));
    // An answer that nobody waits for would end the program.
    await setImmediate();
    return { kind: "close" };
  });
  assert.deepEqual(reasons, [stopped, stopped]);
});

/** A task that this host has claimed, and what stops the host. */
async function setScene() {
  const place = await openStore();
  const { store } = place;
  await accepted(store);
  const claim = await claimed(store);
  const stop = new AbortController();
  const run = (work: Work, of = claim) => runAttempt(of, { store, work, retry, stop: stop.signal });
  return { store, claim, stop, run, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
}

/** As work does that is stopped: ends with the signal's reason. */
function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}
